import { strToU8, zipSync } from 'fflate';
import type { ChatApi, RunSetup } from '../../workerApi/whittleWorkerApi.ts';
import type { RunEvent } from '../../workerApi/runEvent.ts';
import { trainedFolder, type AdapterShelf } from './adapterShelf.ts';
import type { Connection } from './services.ts';

/** A run that is to be taken along. */
export interface ArchivedRun {
  readonly id: string;
  readonly setup: RunSetup;
  readonly events: readonly RunEvent[];
}

/**
 * A run as a zip file with what the command line's `specialize` leaves in its folder: how to repeat it, every row that
 * was written, the adapters, the scores. `specialize --from` takes the folder.
 */
export async function archiveRun(
  { id, setup, events }: ArchivedRun,
  shelf: AdapterShelf,
  chat: Connection<ChatApi>,
): Promise<Uint8Array<ArrayBuffer>> {
  const texts = await chat.call((api) => api.runFiles(setup, events));
  const files: Record<string, Uint8Array> = {};
  for (const [name, text] of Object.entries(texts)) files[name] = strToU8(text);
  for (const { model, round } of keptAdapters(events)) {
    const folder = model === 'specialized' ? 'adapter' : `adapter-${model}`;
    const adapter = await shelf.read(trainedFolder(id, model, round));
    for (const [name, bytes] of Object.entries(adapter)) files[`${folder}/${name}`] = bytes;
  }
  return zipSync(files) as Uint8Array<ArrayBuffer>;
}

type Trained = Extract<RunEvent, { type: 'adapterTrained' }>;

/** The last of each name, but none of a round that was undone. */
function keptAdapters(events: readonly RunEvent[]): Trained[] {
  const undone = events.flatMap((event) => (event.type === 'rolledBack' ? [event.round] : []));
  const trained = events.filter(
    (event): event is Trained =>
      event.type === 'adapterTrained' && !(event.model === 'specialized' && undone.includes(event.round)),
  );
  return [...new Map(trained.map((event) => [event.model, event])).values()];
}
