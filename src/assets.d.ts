// What the build makes of files that are not TypeScript (build/handlebars.mjs, build/profiles.mjs, build/ansible.mjs).

/** A flat view in, the file's text out. */
declare module '*.hbs' {
  const render: (view: object) => string
  export default render
}

/** A shipped profile, read when the program was built. */
declare module '*.yaml' {
  export const value: () => unknown
  export const positions: () => Readonly<Record<string, readonly [line: number, column: number]>>
}

/** The files of templates/ansible (build/ansible.mjs). */
declare module '*/index.files' {
  export const ansibleFiles: Readonly<Record<string, string>>
}
