// Reads a wasm as scripts/weigh.mjs and scripts/order-functions.mjs want it: the functions with their names, and the data.
import { readFileSync } from 'node:fs';

// Numbers of the binary format, WebAssembly Core Specification 5.5.
const CUSTOM = 0, IMPORT = 2, EXPORT = 7, CODE = 10, DATA = 11;
const FUNCTION_NAMES = 1;

/**
 * The module in a file:
 * - `bytes`, all of it, and `functionsImported`, which are numbered before its own;
 * - `functions`, the bytes of each function of its own, and `names` by number, as far as it has names;
 * - `data`, how many bytes of data it has;
 * - `section`, where its section of names begins and ends, if it has one;
 * - `imports` and `exports`, these sections with the name of each: `begin`, `content` and `end`, and in `names` where each name begins
 *   with its length, where it ends, and its `text`.
 */
export function read(path) {
  const bytes = readFileSync(path);
  const module = { bytes, functionsImported: 0, functions: [], names: new Map(), data: 0, section: null, imports: null, exports: null };
  let at = 8;

  function number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  function text() {
    const length = number();
    at += length;
    return bytes.toString('utf8', at - length, at);
  }

  /** Reads a name. */
  function name() {
    const begin = at;
    return { begin, text: text(), end: at };
  }

  /** Reads an import; whether it is a function. */
  function imported(names) {
    text();
    names.push(name());
    const kind = bytes[at++];
    if (kind === 0) number();
    else if (kind === 3) at += 2;
    else {
      // A table has a type before its limits, a tag an attribute before its type.
      if (kind === 1 || kind === 4) at++;
      const limits = number();
      if (kind !== 4) {
        number();
        if (limits & 1) number();
      }
    }
    return kind === 0;
  }

  while (at < bytes.length) {
    const begin = at;
    const kind = bytes[at++], length = number(), end = at + length;
    if (kind === IMPORT) {
      module.imports = { begin, content: at, end, names: [] };
      for (let n = number(); n > 0; n--) module.functionsImported += imported(module.imports.names);
    } else if (kind === EXPORT) {
      module.exports = { begin, content: at, end, names: [] };
      for (let n = number(); n > 0; n--) {
        module.exports.names.push(name());
        at++;
        number();
      }
    } else if (kind === CODE) for (let n = number(); n > 0; n--) {
      const size = number();
      module.functions.push(bytes.subarray(at, at + size));
      at += size;
    } else if (kind === DATA) module.data = length;
    else if (kind === CUSTOM && text() === 'name') {
      module.section = { begin, end };
      while (at < end) {
        const names = bytes[at++], until = number() + at;
        if (names === FUNCTION_NAMES) for (let n = number(); n > 0; n--) {
          const index = number();
          module.names.set(index, text());
        }
        at = until;
      }
    }
    at = end;
  }
  return module;
}

/** A number as the binary format writes it. */
export function leb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

/** The section of names with these names of functions, by number from `first` on. */
export function sectionOfNames(names, first) {
  const entries = names.flatMap((name, i) => [leb(first + i), leb(name.length), Buffer.from(name, 'ascii')]);
  const list = Buffer.concat([leb(names.length), ...entries]);
  const content = Buffer.concat([leb(4), Buffer.from('name'), Buffer.from([FUNCTION_NAMES]), leb(list.length), list]);
  return Buffer.concat([Buffer.from([CUSTOM]), leb(content.length), content]);
}

/** The module with other names of what it imports and exports, each in the order in which it does. */
export function withNames({ bytes, imports, exports }, imported, exported) {
  const section = ({ content, end, names }, kind, others) => {
    const starts = [content, ...names.map(name => name.end)];
    const renamed = others.flatMap((other, i) => {
      return [bytes.subarray(starts[i], names[i].begin), leb(other.length), Buffer.from(other, 'ascii')];
    });
    const all = Buffer.concat([...renamed, bytes.subarray(starts.at(-1), end)]);
    return Buffer.concat([Buffer.from([kind]), leb(all.length), all]);
  };
  return Buffer.concat([
    bytes.subarray(0, imports.begin), section(imports, IMPORT, imported),
    bytes.subarray(imports.end, exports.begin), section(exports, EXPORT, exported),
    bytes.subarray(exports.end),
  ]);
}
