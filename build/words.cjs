// @ts-check
// The bundle in, dist/words.cjs out: the definition of the command line as plain data, so that completion need not load commander (src/cli/complete.ts).
const { writeFileSync } = require('node:fs')
const path = require('node:path')

const dist = path.join(__dirname, '../dist')
const { load } = require(path.join(dist, 'load.cjs'))
const { definitionOf } = load('definition.cjs')
const { commandLine } = load('program.cjs')
/** The help below the options is not completed. @param {string} key @param {unknown} value */
const replacer = (key, value) => (key === 'below' ? undefined : value)
const text = JSON.stringify(JSON.stringify(definitionOf(commandLine()), replacer))
writeFileSync(
  path.join(dist, 'words.cjs'),
  `module.exports={definition:()=>JSON.parse(${text.replaceAll(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)})}\n`,
)
