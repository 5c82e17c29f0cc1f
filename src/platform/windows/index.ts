// Windows: a Service in; WinSW XML, recovery, fallback, launcher and scripts out.
import type { Platform } from '../platform.ts'
import { refusing } from '../platform.ts'
import xml from '../../../templates/windows/service.xml.hbs'
import { mappings } from './limits.ts'
import { xmlView } from './view.ts'

export const windows: Platform = {
  os: 'windows',
  mappings,
  render(service, refusals) {
    const at = refusing(refusals)
    return {
      artifacts: [{ source: `${service.label}.xml`, target: '/x', mode: 0o644, sensitive: false, text: xml(xmlView(service, { launcher: 'C:\\l.cmd' }, at)) }],
      steps: [],
    }
  },
}
