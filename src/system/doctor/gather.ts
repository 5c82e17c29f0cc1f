// Names of facts in, the facts out: each found out once, all at the same time. What fails is a fact nobody knows, never an end of the whole.
import { unknown, type FactName, type Gathered, type Known } from '../../doctor/facts.ts'

export type Gatherers<Facts> = { readonly [Name in keyof Facts]: () => Known<Facts[Name]> | Promise<Known<Facts[Name]>> }

/** What several facts rest on is found out once, too. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

export async function gather(gatherers: Partial<Gatherers<Record<FactName, unknown>>>, needs: ReadonlySet<FactName>): Promise<Gathered> {
  const facts = [...needs].flatMap((name) => {
    const find = gatherers[name]
    if (find === undefined) return []
    const attempt = async (): Promise<readonly [FactName, Known<unknown>]> => {
      try {
        return [name, await find()]
      } catch (error) {
        return [name, unknown(`it cannot be found out: ${(error as Error).message.split('\n')[0]}`)]
      }
    }
    return [attempt()]
  })
  return Object.fromEntries(await Promise.all(facts))
}
