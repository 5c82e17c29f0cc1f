// A Service and its rendered files in, the script whose phases a fleet's controller runs on the host out.
import phases from '../../../templates/launchd/fleet.sh.hbs'
import type { Service } from '../../resolve/service.ts'
import type { PlacedFile } from '../scripts.ts'
import { installView } from './index.ts'

/** @param files with the sha256 of each @param manifest the finished manifest.json, without its last line end */
export const fleetScript = (service: Service, files: readonly (PlacedFile & { readonly sha256: string })[], manifest: string): string =>
  phases({ ...installView(service, files), manifest })
