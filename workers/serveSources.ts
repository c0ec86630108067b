import { importDomain } from '../src/sources/importDomain.ts';
import { describeDropped } from '../src/sources/importedRows.ts';
import { readDocument } from '../src/sources/readDocument.ts';
import type { SourcesApi } from '../src/workerApi/sources.ts';

/** Reads files; it holds nothing between two calls. */
export function serveSources(held: () => Promise<void>): SourcesApi {
  return {
    ready: held,
    readDocument: (file) => readDocument(file),
    async importTasks(files, counts) {
      const { dropped, ...made } = await importDomain({ name: 'import', seed: 0, files, ...counts });
      return { ...made, droppedCount: dropped.length, dropped: describeDropped(dropped) };
    },
  };
}
