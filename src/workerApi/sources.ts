import type { ImportedDomain } from '../sources/importDomain.ts';
import type { SourceFile } from '../sources/sourceFile.ts';
import type { DomainDocument } from './domain.ts';
import type { LivingWorker } from './whittleWorkerApi.ts';

export type { SourceFile };

/** Tasks drawn from rows, what was found in the files, and what was left out. */
export interface ImportedTasks extends Omit<ImportedDomain, 'dropped'> {
  readonly droppedCount: number;
  /** A line for each row that was left out, ten at most, and how many there are beyond. */
  readonly dropped: readonly string[];
}

export interface TaskCounts {
  readonly seeds: number;
  readonly heldOut: number;
}

/** workers/sources.worker.ts: reads files of people's, one call at a time; whoever is tired of waiting closes it. */
export interface SourcesApi extends LivingWorker {
  /** Rejects with a sentence that names the file and says what is wrong with it. */
  readDocument(file: SourceFile): Promise<DomainDocument>;
  /** Draws tasks from the rows of data sets; rejects with a sentence where they do not suffice. */
  importTasks(files: readonly SourceFile[], counts: TaskCounts): Promise<ImportedTasks>;
}
