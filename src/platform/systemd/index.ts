// systemd: a Service in; unit, launcher and scripts out.
import type { Platform } from '../platform.ts'
import { refusing } from '../platform.ts'
import unit from '../../../templates/systemd/unit.service.hbs'
import { mappings } from './limits.ts'
import { unitView } from './view.ts'

export const systemd: Platform = {
  os: 'linux',
  mappings,
  render(service, refusals) {
    const at = refusing(refusals)
    return {
      artifacts: [
        {
          source: `${service.label}.service`,
          target: '/x',
          mode: 0o644,
          sensitive: false,
          text: unit(unitView(service, { launcher: '/l', secrets: '/s' }, at)),
        },
      ],
      steps: [],
    }
  },
}
