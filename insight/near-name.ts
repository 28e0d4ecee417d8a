/**
 * The name that somebody probably meant who wrote another. Pure.
 *
 * @module
 */

/** Longer ones are compared up to here: a message quotes no more of them either. */
const lengthMax = 64;

/** Edits (a character more, less or changed, or two exchanged) that lead from `a` to `b`. */
export function editDistance(a: string, b: string): number {
  let [older, old]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const [left = 0, above = 0, diagonal = 0] = [row[j - 1], old?.[j], old?.[j - 1]];
      let edits = Math.min(left + 1, above + 1, diagonal + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (older?.[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    [older, old] = [old, row];
  }
  return old?.[b.length] ?? 0;
}

/** Returns the one of `names` that is nearest to `name`, if one is near enough to be meant by it. */
export function nearName(name: string, names: Iterable<string>): string | undefined {
  const wrong = name.slice(0, lengthMax).toLowerCase();
  // One edit in a short name, two in a longer one.
  let best = Math.min(2, Math.ceil(wrong.length / 3)) + 1;
  let nearest: string | undefined;
  for (const candidate of names) {
    if (Math.abs(candidate.length - wrong.length) >= best) continue;
    const edits = editDistance(wrong, candidate.toLowerCase());
    if (edits < best) [best, nearest] = [edits, candidate];
  }
  return nearest;
}
