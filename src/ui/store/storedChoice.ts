import type { ByteStore } from '../../storage/byteStore.ts';
import type { AppStore } from './appState.ts';
import { faultIn, forgetDamage, tellDamage } from './damages.ts';
import { readStored, type Format } from './storedFormats.ts';

/** What there is to choose, and where it is kept. */
export interface Choice<T> {
  /** Name of the stored bytes. */
  readonly file: string;
  readonly format: Format<T>;
  readonly show: (store: AppStore, chosen: T) => void;
  /** What to say where the stored choice cannot be read: what it is of, the fault, the way out. */
  readonly damage: (fault: string) => string;
}

/** Something of the whole page, as the person last chose it. */
export class StoredChoice<T> {
  readonly #store: AppStore;
  readonly #bytes: ByteStore;
  readonly #choice: Choice<T>;

  constructor(store: AppStore, bytes: ByteStore, choice: Choice<T>) {
    this.#store = store;
    this.#bytes = bytes;
    this.#choice = choice;
  }

  /** Recalls the last choice. */
  async begin(): Promise<void> {
    const { file: name, format, show, damage } = this.#choice;
    const bytes = await this.#bytes.read(name).catch(() => null);
    if (!bytes) return;
    try {
      show(this.#store, readStored(format, bytes));
    } catch (error) {
      tellDamage(this.#store, { name, text: damage(faultIn(error)) });
    }
  }

  /** Chosen even where it cannot be noted. */
  async set(chosen: T): Promise<void> {
    const { file, show } = this.#choice;
    show(this.#store, chosen);
    await this.#bytes.write(file, new TextEncoder().encode(JSON.stringify(chosen)));
    forgetDamage(this.#store, file);
  }
}
