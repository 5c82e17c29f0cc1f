// A text in, the profile that `import` makes of it out.
import { checked, type Written } from '../../src/import/check.ts'
import type { Given } from '../../src/import/model.ts'
import { readAny } from '../../src/import/recognise.ts'
import { defaultFacts } from '../../src/resolve/host.ts'

export async function imported(
  path: string,
  text: string,
  more: Partial<Omit<Given, 'main'>> & { files?: Readonly<Record<string, string>> } = {},
): Promise<Written> {
  const { files = {}, ...given } = more
  const one = await readAny({ main: { path, text }, dropIns: [], name: null, scope: null, beside: (name) => files[name] ?? null, ...given })
  return checked(one, defaultFacts[one.os], ['test'])
}

/** A unit with a program and some lines of [Service]. */
export const unit = (...lines: readonly string[]): string => ['[Service]', 'ExecStart=/usr/bin/app', ...lines, ''].join('\n')

/** What is said of one key, or of the whole. */
export const about = ({ remarks }: Written, key: string): readonly string[] => remarks.filter(({ path }) => path.join('.') === key).map(({ text }) => text)
