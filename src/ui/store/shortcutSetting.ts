import * as z from 'zod/mini';
import type { ByteStore } from '../../storage/byteStore.ts';
import type { AppStore } from './appState.ts';
import { faultIn, forgetDamage, tellDamage } from './damages.ts';
import { readStored } from './storedFormats.ts';

const settingFile = 'choices/shortcuts.json';

/** Whether single keys decide, as the person last chose it. */
export class ShortcutSetting {
  readonly #store: AppStore;
  readonly #bytes: ByteStore;

  constructor(store: AppStore, bytes: ByteStore) {
    this.#store = store;
    this.#bytes = bytes;
  }

  /** Recalls the last choice. */
  async begin(): Promise<void> {
    const bytes = await this.#bytes.read(settingFile).catch(() => null);
    if (!bytes) return;
    try {
      this.#show(readStored(z.boolean(), bytes));
    } catch (error) {
      const text = `Whether single keys decide cannot be read: what this browser stored of it is damaged (${faultIn(error)}). They do; choose anew on the Curate page.`;
      tellDamage(this.#store, { name: settingFile, text });
    }
  }

  async set(hasShortcuts: boolean): Promise<void> {
    this.#show(hasShortcuts);
    await this.#bytes.write(settingFile, new TextEncoder().encode(JSON.stringify(hasShortcuts)));
    forgetDamage(this.#store, settingFile);
  }

  #show(hasShortcuts: boolean): void {
    this.#store.setState(({ curation }) => ({ curation: { ...curation, hasShortcuts } }));
  }
}
