// A text in, an element or attribute of a WinSW XML out, so that WinSW reads back the same text.
// WinSW passes nearly every value through Environment.ExpandEnvironmentVariables once, with no escape (2.12.0 and 3: XmlServiceConfig, SingleElement);
// a "%" that could begin a name therefore comes from a variable that holds one. Measured on WinSW 3's own parser: test/oracles/winsw.test.ts.
import { xmlAttribute, xmlText } from './xml.ts'

/** Set first in every XML that needs it; the service sees it too, which is the price of a literal "%". */
export const percentVariable = 'HERMES_INSTALL_PERCENT'

/** One "%" alone cannot enclose a name and stays what it is. */
export const needsPercent = (text: string): boolean => text.indexOf('%') !== text.lastIndexOf('%')
const literal = (text: string): string => (needsPercent(text) ? text.replaceAll('%', `%${percentVariable}%`) : text)

/** Text of an element that WinSW expands. */
export const winswText = (text: string): string => xmlText(literal(text))
/** Value of an attribute that WinSW expands. */
export const winswAttribute = (text: string): string => xmlAttribute(literal(text))
