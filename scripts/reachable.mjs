// What a part of a program needs: of its functions, of its data, and of the table by whose places functions are called.
import { read } from './instructions.mjs';

/**
 * All that these functions come to, by number. `code` is the code of each function, `linked` what the linker told, `table` the function at
 * each place. Where `goesOn` says no there is nothing behind a function: what it needs is another part's.
 *
 * What a number in the code means nobody can say for sure, so it means all that it can. Too much may be found, never too little.
 */
export function reachable(roots, { code, linked, table }, goesOn) {
  const functions = new Set(), pieces = new Set(), places = new Set();
  const next = [];

  function callFrom(place) {
    if (places.has(place) || !table.has(place)) return;
    places.add(place);
    enter(table.get(place));
  }

  function enter(f) {
    if (functions.has(f)) return;
    functions.add(f);
    if (goesOn(f) && code.has(f)) next.push(f);
  }

  function point(piece) {
    for (const waiting = [piece]; waiting.length > 0;) {
      const one = waiting.pop();
      if (pieces.has(one)) continue;
      pieces.add(one);
      waiting.push(...one.to);
      one.places.forEach(callFrom);
    }
  }

  roots.forEach(enter);
  for (let f; (f = next.pop()) !== undefined;) {
    const { calls, constants, offsets } = read(code.get(f));
    calls.forEach(enter);
    constants.forEach(callFrom);
    for (const number of [...constants, ...offsets]) linked.meant.get(number)?.forEach(point);
  }
  return { functions, pieces, places };
}
