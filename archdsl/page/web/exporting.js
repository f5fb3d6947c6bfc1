// What is shown as a file: SVG with colours written out, and PNG made from it.

import { FONTS } from "./text.js";

const WRITTEN = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "font-size",
  "font-weight",
  "text-anchor",
  "opacity",
];
const UNSAID = { opacity: "1", "stroke-dasharray": "none", "stroke-width": "1px", stroke: "none" };
const PAPER = 20;
const MOST_PIXELS = 60e6;

/** Return the drawing as the text of an SVG that looks the same without the page's style. */
export function svgText(net, scene, title, paper) {
  const width = scene.width + 2 * PAPER;
  const height = scene.height + 2 * PAPER;
  const copy = net.cloneNode(true);
  const originals = [net, ...net.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, at) => write(element, originals[at]));
  for (const element of copy.querySelectorAll(".toggle, .halo")) element.remove();
  copy.setAttribute("transform", `translate(${PAPER} ${PAPER})`);
  const named = escaped(title);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" aria-label="${named}" font-family="${escaped(FONTS)}">` +
    `<title>${named}</title><rect width="100%" height="100%" fill="${escaped(paper)}"/>` +
    new XMLSerializer()
      .serializeToString(copy)
      .replaceAll(' xmlns="http://www.w3.org/2000/svg"', "") +
    "</svg>\n"
  );
}

function write(element, original) {
  if (element.localName !== "g" || element.classList.contains("edge")) {
    const style = getComputedStyle(original);
    for (const name of WRITTEN) {
      const value = style.getPropertyValue(name);
      if (element.localName === "g" && name !== "opacity") continue;
      if (value && value !== UNSAID[name]) element.setAttribute(name, value);
    }
  }
  const label = element.getAttribute("aria-label");
  for (const { name } of [...element.attributes]) {
    if (name.startsWith("aria-") || ["role", "tabindex"].includes(name))
      element.removeAttribute(name);
  }
  const id = element.getAttribute("data-id");
  if (id) {
    element.setAttribute("id", id);
    element.removeAttribute("data-id");
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = label;
    element.prepend(title);
  }
}

function escaped(text) {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Draw the text of an SVG as a PNG, twice its size unless that is more than a canvas holds. */
export async function pngOf(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const wanted = Math.min(
      2,
      Math.sqrt(MOST_PIXELS / (image.width * image.height)),
      16000 / image.width,
      16000 / image.height,
    );
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * wanted);
    canvas.height = Math.round(image.height * wanted);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
