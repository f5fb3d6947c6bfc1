"""What a checked network becomes: drawings, tables, torch modules, source text and exports.

In come graphs; out go pictures, text, modules and files. Each target loads its heavy library
itself, when it is asked for.
"""
