// A template compiled at build time in, a function from view to text out.
import runtime from 'handlebars/runtime.js'
import type Handlebars from 'handlebars'
import { helpers, present } from './helpers.ts'

// The package types its runtime as less than it is.
const engine = (runtime as unknown as typeof Handlebars).create()
for (const [name, helper] of Object.entries(helpers)) engine.registerHelper(name, helper)
// Handlebars' own `each` takes a name that the view does not have for an empty list, even when strict.
const each = engine.helpers['each']!
engine.registerHelper('each', function (this: unknown, items: unknown, options: Handlebars.HelperOptions) {
  return each.call(this, present(items, 'each'), options) as string
})

/**
 * Wraps one compiled template. Called by the modules that `build/handlebars.mjs` makes of `templates/**`.
 * @param name the template's path below `templates/`, for error messages
 * @param spec what `Handlebars.precompile` returned (strict, noEscape)
 * @param partials compiled templates by the name used in `{{> name}}`
 * @returns view -> text; throws when the view lacks a name the template uses
 */
export function template(name: string, spec: object, partials: Record<string, (view: object) => string>): (view: object) => string {
  const render = engine.template(spec)
  const options = { partials } as Handlebars.RuntimeOptions
  // A partial is called by Handlebars with its own options, which would replace those of the partial's own partials.
  return (view) => {
    try {
      return render(view, options)
    } catch (error) {
      throw new Error(`templates/${name}.hbs: ${(error as Error).message}`, { cause: error })
    }
  }
}
