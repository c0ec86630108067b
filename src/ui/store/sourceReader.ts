import type { DomainDocument } from '../../workerApi/domain.ts';
import type { ImportedTasks, SourceFile, SourcesApi, TaskCounts } from '../../workerApi/sources.ts';
import { messageOf } from './messageOf.ts';
import type { Connection, Services } from './services.ts';

/** A document that was taken, or why it was not. */
export interface ReadDocuments {
  readonly documents: readonly DomainDocument[];
  /** A sentence for each file that was refused. */
  readonly refused: readonly string[];
}

type Progress = (name: string, position: number, count: number) => void;

/** Reads the files that people choose, in a worker that lives only as long; aborting ends the worker. */
export class SourceReader {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Reads one after the other; what is read when the signal comes is kept. */
  readDocuments(files: readonly File[], onProgress: Progress, signal: AbortSignal): Promise<ReadDocuments> {
    return this.#with(signal, async (connection) => {
      const [documents, refused]: [DomainDocument[], string[]] = [[], []];
      for (const [i, file] of files.entries()) {
        if (signal.aborted) break;
        onProgress(file.name, i, files.length);
        try {
          const source = await toSource(file);
          documents.push(await connection.call((api) => api.readDocument(source)));
        } catch (error) {
          if (!signal.aborted) refused.push(messageOf(error));
        }
      }
      return { documents, refused };
    });
  }

  importTasks(files: readonly File[], counts: TaskCounts, signal: AbortSignal): Promise<ImportedTasks> {
    return this.#with(signal, async (connection) => {
      const sources = await Promise.all(files.map(toSource));
      return connection.call((api) => api.importTasks(sources, counts));
    });
  }

  async #with<T>(signal: AbortSignal, work: (connection: Connection<SourcesApi>) => Promise<T>): Promise<T> {
    const connection = this.#services.connectSources();
    const close = (): void => connection.close();
    signal.addEventListener('abort', close);
    try {
      return await work(connection);
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }
}

const toSource = async (file: File): Promise<SourceFile> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer()),
});
