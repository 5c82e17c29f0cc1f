// Two texts in, a unified diff out, as `diff -u` writes it.
import { structuredPatch } from 'diff'

const context = 3

/** Of nothing, `diff -u` names the line before. */
const start = (line: number, count: number): number => (count === 0 ? line - 1 : line)

/**
 * @param before null for a file that is not there
 * @param after null for a file that goes
 * @returns lines without their ends, from the first `@@` on; empty if nothing differs
 */
export function unifiedDiff(before: string | null, after: string | null): readonly string[] {
  const { hunks } = structuredPatch('', '', before ?? '', after ?? '', '', '', { context })
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${start(oldStart, oldLines)},${oldLines} +${start(newStart, newLines)},${newLines} @@`,
    // The carriage return of a line's end is not for the eyes.
    ...lines.map((line) => line.replace(/\r$/, '')),
  ])
}
