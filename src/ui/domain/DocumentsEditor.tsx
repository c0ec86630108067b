import { ActionIcon, Button, FileButton } from '@mantine/core';
import { useState } from 'react';
import type { DomainDocument } from '../../workerApi/domain.ts';
import { useApp } from '../appContext.ts';
import { baseName, byteSize } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import type { ReadDocuments } from '../store/sourceReader.ts';
import { LeftOut } from './LeftOut.tsx';
import classes from './domain.module.css';

interface DocumentsEditorProps {
  readonly documents: readonly DomainDocument[];
  readonly onChange: (documents: readonly DomainDocument[]) => void;
}

interface Reading {
  readonly name: string;
  readonly position: number;
  readonly count: number;
  readonly abort: AbortController;
}

/** Files are read one after the other; one of the same name replaces the one before. */
export function DocumentsEditor({ documents, onChange }: DocumentsEditorProps) {
  const app = useApp();
  const [reading, setReading] = useState<Reading | null>(null);
  const [result, setResult] = useState<ReadDocuments | null>(null);
  const add = async (files: readonly File[]) => {
    const abort = new AbortController();
    const tell = (name: string, position: number, count: number) =>
      setReading({ name, position, count, abort });
    setResult(null);
    const read = await app.sources.readDocuments(files, tell, abort.signal);
    const names = new Set(read.documents.map(({ id }) => id));
    setReading(null);
    setResult(read);
    onChange([...documents.filter(({ id }) => !names.has(id)), ...read.documents]);
  };
  return (
    <div className={classes.tasks}>
      <ul className={classes.documents}>
        {documents.map(({ id, text }) => (
          <li key={id} className={classes.documentLine}>
            <Icon name="document" />
            <span>{baseName(id)}</span>
            <span className={classes.size}>{byteSize(new Blob([text]).size)}</span>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${baseName(id)}`}
              disabled={reading !== null}
              onClick={() => onChange(documents.filter((document) => document.id !== id))}
            >
              <Icon name="trash" size={16} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <FileButton multiple accept=".txt,.md,.html,.htm,.pdf,.docx" onChange={(files) => void add(files)}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            loading={reading !== null}
            leftSection={<Icon name="plus" size={16} />}
          >
            Add texts
          </Button>
        )}
      </FileButton>
      <DocumentsStatus reading={reading} result={result} />
      <p className={classes.description}>
        Text, Markdown, HTML, PDF or Word (.docx). The files are read in this tab and stay on this machine.
      </p>
    </div>
  );
}

interface DocumentsStatusProps {
  readonly reading: Reading | null;
  readonly result: ReadDocuments | null;
}

function DocumentsStatus({ reading, result }: DocumentsStatusProps) {
  if (reading)
    return (
      <p className={classes.description} role="status">
        Reading {reading.name} ({reading.position + 1} of {reading.count}){' '}
        <Button size="compact-sm" variant="subtle" onClick={() => reading.abort.abort()}>
          Stop
        </Button>
      </p>
    );
  if (!result) return null;
  return (
    <div role="status">
      <p className={classes.description}>
        Texts taken: {result.documents.length}. Left out: {result.refused.length}.
      </p>
      <LeftOut lines={result.refused} />
    </div>
  );
}
