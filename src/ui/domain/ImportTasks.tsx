import { Button, FileButton, NumberInput } from '@mantine/core';
import { useState } from 'react';
import type { ImportedTasks } from '../../workerApi/sources.ts';
import { useApp } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import { messageOf } from '../store/messageOf.ts';
import { LeftOut } from './LeftOut.tsx';
import classes from './domain.module.css';

interface ImportTasksProps {
  readonly onImport: (tasks: ImportedTasks) => void;
}

/** Draws examples and unseen tasks from the rows of data sets. */
export function ImportTasks({ onImport }: ImportTasksProps) {
  const app = useApp();
  const [seeds, setSeeds] = useState(20);
  const [heldOut, setHeldOut] = useState(50);
  const [reading, setReading] = useState<AbortController | null>(null);
  const [found, setFound] = useState<ImportedTasks | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const read = async (files: readonly File[]) => {
    if (files.length === 0) return;
    const abort = new AbortController();
    setReading(abort);
    setFault(null);
    setFound(null);
    try {
      const tasks = await app.sources.importTasks(files, { seeds, heldOut }, abort.signal);
      setFound(tasks);
      onImport(tasks);
    } catch (error) {
      if (!abort.signal.aborted) setFault(messageOf(error));
    }
    setReading(null);
  };
  return (
    <details className={classes.import}>
      <summary>Take tasks from a data set (JSON, JSONL, CSV, Parquet, tagged tokens)</summary>
      <div className={classes.importLine}>
        <NumberInput
          label="Examples"
          min={1}
          value={seeds}
          onChange={(value) => setSeeds(Number(value) || 1)}
        />
        <NumberInput
          label="Unseen tasks"
          min={1}
          value={heldOut}
          onChange={(value) => setHeldOut(Number(value) || 1)}
        />
        <FileButton
          multiple
          accept=".json,.jsonl,.csv,.tsv,.txt,.conll,.iob,.parquet"
          onChange={(files) => void read(files)}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              loading={reading !== null}
              leftSection={<Icon name="upload" size={16} />}
            >
              Choose files
            </Button>
          )}
        </FileButton>
        {reading && (
          <Button variant="subtle" onClick={() => reading.abort()}>
            Stop
          </Button>
        )}
      </div>
      <div role="status">{found && <ImportReport tasks={found} />}</div>
      {fault && (
        <p className={classes.fault} role="alert">
          {fault}
        </p>
      )}
    </details>
  );
}

function ImportReport({
  tasks: { file, formats, notes, dropped, droppedCount },
}: {
  readonly tasks: ImportedTasks;
}) {
  const read = formats.map(({ name, format, tasks }) => `${tasks} in ${name} (${format})`).join(', ');
  return (
    <>
      <p className={classes.description}>
        Took {file.seeds.length} examples and {file.heldOut?.length ?? 0} unseen tasks out of {read}. Rows
        left out: {droppedCount}. {notes.join(' ')}
      </p>
      <LeftOut lines={dropped} />
    </>
  );
}
