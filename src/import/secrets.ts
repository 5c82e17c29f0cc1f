// The name and the value of a variable in, whether it looks like a secret out: such a value is never printed.

const name =
  /(?:^|[_.-])(?:TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASS|PASSPHRASE|PWD|CREDENTIALS?|APIKEY|KEYS?|PAT|DSN|COOKIE|AUTH)(?:$|[_.-](?:ID|V?\d+|BASE64|B64|HASH|SALT)$)|(?:TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|ACCESSKEY|PRIVATEKEY)$/i
/** A working directory, and what only points to a secret. */
const harmless = /^(?:OLD)?PWD$/
/** Formats that issuers give their secrets, and a password in a URL. */
const value =
  /^(?:sk-|pk_live_|sk_live_|rk_live_|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA[0-9A-Z]{12}|AIza[0-9A-Za-z_-]{30}|eyJ[\w-]+\.eyJ)|^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@|-----BEGIN [A-Z ]*PRIVATE KEY/

/** Whether it looks like one. A path or a switch is none, whatever its name: `TLS_KEY=/etc/ssl/key.pem` says where it is. */
export function looksSecret(variable: string, text: string): boolean {
  if (value.test(text)) return true
  if (!name.test(variable) || harmless.test(variable)) return false
  return !(text === '' || /^(?:~?\/|[A-Za-z]:[\\/]|\.{1,2}\/)/.test(text) || /^(?:true|false|yes|no|on|off|none|null|\d{1,3})$/i.test(text))
}

/** An argument that hands over a secret, or the one before it does: `--token=...`, `--password`. */
export const secretArgument = (argument: string): boolean =>
  /^--?(?:[a-z0-9]+[-_])*(?:token|secret|password|passwd|passphrase|api[-_]?key)(?:=.+)?$/i.test(argument)
