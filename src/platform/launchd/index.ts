// launchd: a Service in; property list, launcher and scripts out.
import type { Platform } from '../platform.ts'
import { refusing } from '../platform.ts'
import job from '../../../templates/launchd/job.plist.hbs'
import { mappings } from './limits.ts'
import { plistView } from './view.ts'

export const launchd: Platform = {
  os: 'macos',
  mappings,
  render(service, refusals) {
    const at = refusing(refusals)
    return {
      artifacts: [{ source: `${service.label}.plist`, target: '/x', mode: 0o644, sensitive: false, text: job(plistView(service, { launcher: '/l' }, at)) }],
      steps: [],
    }
  },
}
