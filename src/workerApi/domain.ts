import type { Domain as CheckedDomain, DomainFile } from '../specialize/domain.ts';
import type { SourceDocument } from '../specialize/retrieve.ts';
import type { AnsweredTask } from '../specialize/tasks.ts';

/** A domain with complete ids, and the file that a person writes. */
export type Domain = CheckedDomain;
export type { DomainFile };

/** One task: what is asked, the text it is asked about ('' for none), and the answer. */
export type Task = AnsweredTask;

/** A text that the model may read while it writes tasks and answers; `id` is its name. */
export type DomainDocument = SourceDocument;
