import { ActionIcon, Button, FileButton } from '@mantine/core';
import type { DomainDocument } from '../../workerApi/domain.ts';
import { baseName, byteSize } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import classes from './domain.module.css';

interface DocumentsEditorProps {
  readonly documents: readonly DomainDocument[];
  readonly onChange: (documents: readonly DomainDocument[]) => void;
}

/** Plain text files only; a file of the same name replaces the one before. */
export function DocumentsEditor({ documents, onChange }: DocumentsEditorProps) {
  const add = async (files: readonly File[]) => {
    const added = await Promise.all(files.map(async (file) => ({ id: file.name, text: await file.text() })));
    const names = new Set(added.map(({ id }) => id));
    onChange([...documents.filter(({ id }) => !names.has(id)), ...added]);
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
              onClick={() => onChange(documents.filter((document) => document.id !== id))}
            >
              <Icon name="trash" size={16} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <FileButton multiple accept=".txt,.md,text/plain,text/markdown" onChange={(files) => void add(files)}>
        {(props) => (
          <Button {...props} variant="default" leftSection={<Icon name="plus" size={16} />}>
            Add texts (.txt, .md)
          </Button>
        )}
      </FileButton>
      <p className={classes.description}>The files are read in this tab and stay on this machine.</p>
    </div>
  );
}
