import { Button } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { describeStorage } from './storageWords.ts';
import classes from './start.module.css';

/** What this browser holds, how much room is left, and whether it stays. */
export function StorageNote() {
  const app = useApp();
  const storage = useAppState((state) => state.storage);
  if (!storage) return null;
  return (
    <section className={classes.storage} aria-labelledby="storage-title">
      <h2 id="storage-title">Stored in this browser</h2>
      <p>{describeStorage(storage)}</p>
      {storage.isKept ? (
        <p>It stays until you delete it.</p>
      ) : (
        <p>
          The browser may clear it away when the disk runs short.{' '}
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => void app.attempt(() => app.keepStorage())}
          >
            Ask it to keep everything
          </Button>
        </p>
      )}
    </section>
  );
}
