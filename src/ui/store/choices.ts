import * as z from 'zod/mini';
import type { DeviceChoice } from '../../workerApi/whittleWorkerApi.ts';
import type { Choice } from './storedChoice.ts';
import { deviceChoice } from './storedFormats.ts';

/** What models run on. */
export const deviceToRunOn: Choice<DeviceChoice> = {
  file: 'choices/device.json',
  format: deviceChoice,
  show: (store, device) => store.setState({ device }),
  damage: (fault) =>
    `What models run on cannot be read: what this browser stored of it is damaged (${fault}). It is decided automatically; choose anew on the Start page.`,
};

/** Whether single keys decide. */
export const singleKeys: Choice<boolean> = {
  file: 'choices/shortcuts.json',
  format: z.boolean(),
  show: (store, hasShortcuts) =>
    store.setState(({ curation }) => ({ curation: { ...curation, hasShortcuts } })),
  damage: (fault) =>
    `Whether single keys decide cannot be read: what this browser stored of it is damaged (${fault}). They do; choose anew on the Curate page.`,
};
