import type { Domain as CheckedDomain, DomainFile } from '../specialize/domain.ts';

/** A domain with complete ids, and the file that a person writes. */
export type Domain = CheckedDomain;
export type { DomainFile };

/** One task: what is asked, the text it is asked about ('' for none), and the answer. */
export interface Task {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
}

/** A text that the model may read while it writes tasks and answers. */
export interface DomainDocument {
  readonly name: string;
  readonly text: string;
}
