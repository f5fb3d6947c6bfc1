CODES = {}
class Page: pass
