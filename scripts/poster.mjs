// A stage drawn as SVG, as a picture of 1200 × 630 points under the name of the page:   node scripts/poster.mjs STAGE.svg POSTER.png
//
// The fonts are those of the machine: the families that the stage names, and DejaVu where none of them is there.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const { Resvg } = createRequire(resolve("target/tools/x.js"))("@resvg/resvg-js");
const [from, to] = process.argv.slice(2);

const stage = readFileSync(from, "utf8");
const [, width, height] = stage.match(/viewBox="0 0 ([\d.]+) ([\d.]+)"/).map(Number);
const page = readFileSync("index.html", "utf8");
const mark = page.match(/<svg viewBox="0 0 22 22".*?<\/svg>/s)[0].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" x="48" y="26" width="44" height="44" color="#10171d" ').replace("var(--accent)", "#1259c3");
const scale = 1104 / width;
const font = "Segoe UI, Inter, Roboto, Helvetica Neue, Arial, DejaVu Sans, sans-serif";
const whole = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="0 0 1200 630">
<rect width="1200" height="630" fill="#ffffff"/><rect width="1200" height="88" fill="#f5f7f8"/><rect y="87" width="1200" height="1" fill="#c6cfd6"/>
${mark}
<text x="106" y="58" font-family="${font}" font-size="30" font-weight="600" fill="#10171d">Millrace</text>
<text x="1152" y="56" text-anchor="end" font-family="${font}" font-size="22" fill="#414c56">Concurrency one can see: real Rust futures, event by event</text>
<svg x="48" y="90" width="1104" height="${height * scale}" viewBox="0 0 ${width} ${height}">${stage.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "")}</svg>
</svg>`;
const picture = new Resvg(whole, { fitTo: { mode: "width", value: 1200 }, font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", monospaceFamily: "DejaVu Sans Mono" } });
writeFileSync(to, picture.render().asPng());
