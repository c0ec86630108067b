/**
 * A table of true facts about one kind of thing, with the phrasings that turn its cells into text.
 * Placeholders: {e} the row's entity (with its article where `form` is 'noun'), {n} the entity without article,
 * {v} the cell's value, {av} the value with a or an.
 */
export interface FactTable {
  /** What a list is headed by: "Tasks about {topic}:". */
  topic: string;
  /** Singular and plural of what the rows are: "element", "elements". */
  noun: string;
  plural: string;
  /** 'name': the entity stands alone (France); 'noun': it takes an article (a hammer). */
  form: 'name' | 'noun';
  relations: Relation[];
  /** Rows, parted by semicolons: entity|value|value…, a value per relation, empty where there is none. */
  rows: string;
}

export interface Relation {
  /** A noun for the generic phrasings "the {of} of {e}"; must be unique within its table. */
  of: string;
  /** False where "the {of} of {e}" would not be English. */
  generic?: false;
  /** Values come from a small closed set, so the relation also yields yes/no and labelling tasks. */
  category?: true;
  /** Statements. */
  say: string[];
  /** Questions whose answer is the value; only in tables of open domains. */
  ask?: string[];
  /** Questions whose answer is the entity; used where the value is unique. */
  inverse?: string[];
}
