import type { ByteStore } from '../../storage/byteStore.ts';
import type { DeviceChoice } from '../../workerApi/whittleWorkerApi.ts';
import type { AppStore } from './appState.ts';
import { faultIn, forgetDamage, tellDamage } from './damages.ts';
import { deviceChoice, readStored } from './storedFormats.ts';

const settingFile = 'choices/device.json';

/** What models run on, as the person last chose it. */
export class DeviceSetting {
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
      this.#store.setState({ device: readStored(deviceChoice, bytes) });
    } catch (error) {
      const text = `What models run on cannot be read: what this browser stored of it is damaged (${faultIn(error)}). It is decided automatically; choose anew on the Start page.`;
      tellDamage(this.#store, { name: settingFile, text });
    }
  }

  async set(device: DeviceChoice): Promise<void> {
    this.#store.setState({ device });
    await this.#bytes.write(settingFile, new TextEncoder().encode(JSON.stringify(device)));
    forgetDamage(this.#store, settingFile);
  }
}
