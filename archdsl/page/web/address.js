// The page's address: what is selected and what is unfolded, so that it can be sent and gone back to.

const LONGEST = 1500;

/** Read `#net.block.step;open=net.block,…`; `open=*` is everything. */
export function read(model) {
  let text = location.hash.slice(1);
  try {
    text = decodeURIComponent(text);
  } catch {
    return { part: null, open: null };
  }
  const [path, ...rest] = text.split(";");
  const given = rest.find((one) => one.startsWith("open="))?.slice(5);
  const everything = model.foldable.map((part) => part.id);
  let open = null;
  if (given === "*") open = new Set(everything);
  else if (given !== undefined) {
    const names = given.split(",").map((name) => `${model.data.name}.${name}`);
    open = new Set(names.filter((name) => model.parts.has(name)));
  }
  return { path, part: path ? model.find(path) : null, open };
}

export function written(model, path, open) {
  const names = [...open].map((id) => id.slice(model.data.name.length + 1));
  let rest = "";
  if (open.size && open.size === model.foldable.length) rest = ";open=*";
  else if (names.length) rest = `;open=${names.join(",")}`;
  if (rest.length > LONGEST) rest = "";
  const text = (path ?? "") + rest;
  return text ? `#${encodeURI(text)}` : "#";
}

/** Note the state in the address: as a step that one can go back from, or in place of the last. */
export function note(hash, isStep) {
  if (location.hash === hash || (hash === "#" && !location.hash)) return;
  try {
    history[isStep ? "pushState" : "replaceState"](null, "", hash);
  } catch {
    // A page shown inside of another may not change its address.
  }
}
