// How wide text is in the fonts of the diagram; boxes are made to hold it.

export const FONTS = 'Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif';

const known = new Map();
let context;

export function widthOf(text, size, bold = false) {
  const key = `${bold ? "b" : ""}${size} ${text}`;
  let width = known.get(key);
  if (width === undefined) {
    context ??= document.createElement("canvas").getContext("2d");
    context.font = `${bold ? "bold " : ""}${size}px ${FONTS}`;
    width = context.measureText(text).width;
    known.set(key, width);
  }
  return width;
}
