// Every text of the page against its box: what is cut, what lies outside of the window, what lies over another text. A list of
// sentences, empty if all can be read. A text that is cut on purpose has all of it in a tooltip.

// What is to be known of an element, asked once: thousands of texts share a few hundred.
const known = new Map();
const about = e => {
  if (!e) return { shown: true };
  if (known.has(e)) return known.get(e);
  const style = getComputedStyle(e), up = about(e.parentElement);
  const does = (words, axis) => words.includes(style[`overflow${axis}`]);
  const it = {
    e, up, box: e.getBoundingClientRect(), fixed: style.position === "fixed", sticky: up.sticky || style.position === "sticky",
    // With a clip path it is for screen readers alone.
    shown: up.shown && style.visibility === "visible" && style.display !== "none" && +style.opacity !== 0 && style.clipPath !== "inset(50%)",
    scrollsX: does(["auto", "scroll"], "X") && e.scrollWidth > e.clientWidth,
    scrollsY: does(["auto", "scroll"], "Y") && e.scrollHeight > e.clientHeight,
    clipsX: does(["hidden", "clip"], "X") && style.display !== "inline",
    clipsY: does(["hidden", "clip"], "Y") && style.display !== "inline",
  };
  known.set(e, it);
  return it;
};
// What is scrolled away is not looked at.
const isAway = (it, box) => it.up && ((it.scrollsX && (box.left > it.box.right - 1 || box.right < it.box.left + 1)) || (it.scrollsY && (box.bottom > it.box.bottom || box.top < it.box.top)) || isAway(it.up, box));

const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, element = node.parentElement, text = node.data.trim();
  if (!text || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION", "TITLE"].includes(element.tagName) || element.closest(".skip")) continue;
  const it = about(element);
  if (!it.shown || isAway(it, it.box)) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  // A box a line.
  for (const box of range.getClientRects()) if (box.width > 0.5 && box.height > 0.5 && !isAway(it, box)) texts.push({ it, element, text, box });
}

const found = [];
const name = e => `<${e.tagName.toLowerCase()}${e.className && e.className.length ? ` class="${e.className}"` : ""}${e.dataset?.testid ? ` ${e.dataset.testid}` : ""}>`;
const say = (what, { element, text }) => found.push(`${what}: "${text.slice(0, 60)}" in ${name(element)} in ${name(element.parentElement)}`);
const told = ({ element, text }) => {
  const tip = element.closest("[title]")?.title ?? "";
  return tip.includes(text);
};

const SLACK = 1.5;
for (const entry of texts) {
  const { left, right, top, bottom } = entry.box;
  let sideways = false;
  for (let it = entry.it; it.e && !entry.cut; it = it.up) {
    const { box } = it;
    // What can be scrolled to is not cut.
    if (it.scrollsX) sideways = true;
    if (!sideways && it.clipsX && (right > box.right + SLACK || left < box.left - SLACK)) {
      if (!told(entry)) say("cut at the side", entry);
      entry.cut = true;
    } else if (it.clipsY && (bottom > box.bottom + 3 || top < box.top - 3)) {
      if (!told(entry)) say("cut above or below", entry);
      entry.cut = true;
    }
    if (it.fixed) break;
  }
  entry.sideways = sideways;
  if (!entry.cut && !sideways && (right > innerWidth + SLACK || left < -SLACK)) say("outside of the window", entry);
}

// Only code may be longer than its pane is wide, a table of Run all, and on a phone the row of tabs, that of routes and that of kinds.
for (const it of known.values())
  if (it.shown && it.scrollsX && !it.e.closest(".code ol, [role=tablist], .routes ul, .kinds, .wide.scroll") && it.e.scrollWidth > it.e.clientWidth + 2) found.push(`scrolls sideways: ${name(it.e)} is ${it.e.scrollWidth} px wide in ${it.e.clientWidth}`);

// What a field holds, and what a list has chosen.
for (const field of document.querySelectorAll("input:not([type=range]):not([type=checkbox]):not([type=radio])")) {
  if (about(field).shown && field.clientWidth && field.scrollWidth > field.clientWidth + 1 && document.activeElement !== field && !told({ element: field, text: field.value }))
    found.push(`cut in its field: "${field.value}" in ${name(field)} in ${name(field.parentElement)}`);
}

// Two texts in one place. What floats over the page on purpose, a label box, a card, a bar that stays, is no part of it.
// So does the catalogue while somebody seeks, where it is a row of glyphs otherwise.
const floats = element => element.closest(".tip, .overlay, .summon, .bcard, dialog, .said") || getComputedStyle(element.closest(".rail") ?? document.body).position === "relative";
const flat = texts.filter(entry => !entry.cut && !entry.sideways && !entry.it.sticky && !floats(entry.element));
for (let i = 0; i < flat.length; i++) {
  for (let j = i + 1; j < flat.length; j++) {
    const a = flat[i].box, b = flat[j].box;
    if (flat[i].element === flat[j].element) continue;
    const w = Math.min(a.right, b.right) - Math.max(a.left, b.left), h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (w > 2 && h > 4) found.push(`"${flat[i].text.slice(0, 40)}" lies on "${flat[j].text.slice(0, 40)}" in ${name(flat[j].element)} in ${name(flat[j].element.parentElement)}`);
  }
}
const page = document.scrollingElement;
if (page.scrollWidth > innerWidth + 1) found.push(`the page is ${page.scrollWidth} px wide in a window of ${innerWidth}`);
// On a phone what is said above the stage can be scrolled away, and no more: then stage, pane and transport fill the window. What has no
// stage is read from its head to its end, with nothing behind that.
const phone = matchMedia("(max-width: 767.98px)").matches, stage = document.querySelector("#stage-region");
// The bar that stays at the lower edge has its place behind all of it.
const [bars, parts] = [true, false].map(stays => [...document.querySelectorAll("main > *")].filter(part => (getComputedStyle(part).position === "sticky") === stays).map(part => part.getBoundingClientRect()));
const end = Math.max(0, ...parts.map(box => box.bottom + scrollY)) + bars.reduce((sum, box) => sum + box.height, 0);
const above = !phone ? 0 : stage ? stage.getBoundingClientRect().top + scrollY : end - innerHeight;
if (page.scrollHeight > innerHeight + above + 1) found.push(`the page is ${page.scrollHeight} px high in a window of ${innerHeight}, with ${above} px above its stage`);
return [...new Set(found)];
