#!/usr/bin/env node
// Tells a built page where the rest of its program is:   node scripts/name-the-rest.mjs dist/index.html REST.wasm
//
// In an attribute, which src/platform/rest.rs reads. Whoever follows a link needs the rest at once, so the page asks for it while the
// first file is on its way.
import { readFileSync, writeFileSync } from 'node:fs';

const [path, rest] = process.argv.slice(2);
const page = readFileSync(path, 'utf8');
const soon = `<script>["","#","#/"].includes(location.hash)||document.head.append(Object.assign(document.createElement("link"),{rel:"preload",as:"fetch",crossOrigin:"anonymous",href:"./${rest}"}))</script>`;
const told = page.replace(/<html\b/, `<html data-rest="./${rest}"`).replace(/<\/head>/, `${soon}</head>`);
if (!told.includes('data-rest=') || !told.includes(soon)) throw new Error(`${path} has no place for it`);
writeFileSync(path, told);
