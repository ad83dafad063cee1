#!/usr/bin/env node
// What a built page asks for, and when:   node scripts/ask-early.mjs dist/index.html REST.wasm
//
// The program is asked for before the sheets are read: Trunk puts what asks for it behind them, and on a slow line it is there some 45 ms
// later for that. Where the rest of the program is stands in an attribute, which src/platform/rest.rs reads. Whoever follows a link needs
// the rest at once, so the page asks for it while the first file is on its way.
import { readFileSync, writeFileSync } from 'node:fs';

const [path, rest] = process.argv.slice(2);
let page = readFileSync(path, 'utf8');
const preloads = page.match(/<link [^>]*rel="?(?:modulepreload|preload)\b[^>]*>/g) ?? [];
const wasmFirst = [...preloads].sort((a, b) => b.includes('.wasm') - a.includes('.wasm')).join('');
const soon = `<script>["","#","#/"].includes(location.hash)||document.head.append(Object.assign(document.createElement("link"),{rel:"preload",as:"fetch",crossOrigin:"anonymous",href:"./${rest}"}))</script>`;
for (const preload of preloads) page = page.replace(preload, '');
page = page
  .replace(/<html\b/, `<html data-rest="./${rest}"`)
  .replace(/<meta charset[^>]*>/, (charset) => charset + wasmFirst)
  .replace('</head>', soon + '</head>');
if (preloads.length !== 2 || !page.includes('data-rest=') || !page.includes(soon) || !page.includes('>' + wasmFirst)) {
  throw new Error(`${path} has no place for it`);
}
writeFileSync(path, page);
