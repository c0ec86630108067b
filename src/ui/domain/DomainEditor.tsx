import { Button, FileButton, Tabs, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { DomainFile } from '../../workerApi/domain.ts';
import { useApp } from '../appContext.ts';
import { saveFile } from '../parts/saveFile.ts';
import { Icon } from '../parts/Icon.tsx';
import { Panel } from '../parts/Panel.tsx';
import { messageOf } from '../store/messageOf.ts';
import { DocumentsEditor } from './DocumentsEditor.tsx';
import { draftOf, fileOf, withTasks, type Draft } from './draft.ts';
import { ImportTasks } from './ImportTasks.tsx';
import { TasksEditor } from './TasksEditor.tsx';
import classes from './domain.module.css';

interface DomainEditorProps {
  readonly start: Draft;
  readonly onClose: () => void;
}

/** A form over the domain file; the engine checks it on saving and names the row at fault. */
export function DomainEditor({ start, onClose }: DomainEditorProps) {
  const app = useApp();
  const [draft, setDraft] = useState(start);
  const [fault, setFault] = useState<string | null>(null);
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const attempt = (action: () => Promise<void>) =>
    void action().then(
      () => setFault(null),
      (error: unknown) => setFault(messageOf(error)),
    );
  const save = async () => {
    await app.domains.saveOwn(fileOf(draft), draft.documents);
    onClose();
  };
  const importFile = async (file: File) => {
    setDraft({ ...draftOf(await app.domains.check(await file.text()), draft.documents) });
  };
  return (
    <Panel
      title="Your own field"
      lead="Ten to twenty short, varied examples are enough to begin with. Hold some back as unseen tasks: without them nobody can tell whether it helped."
    >
      <div className={classes.names}>
        <TextInput
          label="Name"
          required
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Textarea
          label="What it is about"
          autosize
          value={draft.description}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
      </div>
      <ImportTasks onImport={({ file }) => setDraft((now) => withTasks(now, file))} />
      <Tabs defaultValue="seeds">
        <Tabs.List>
          <Tabs.Tab value="seeds">Examples ({draft.seeds.length})</Tabs.Tab>
          <Tabs.Tab value="heldOut">Unseen tasks ({draft.heldOut.length})</Tabs.Tab>
          <Tabs.Tab value="documents">Texts ({draft.documents.length})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="seeds" pt="md">
          <TasksEditor noun="example" tasks={draft.seeds} onChange={(seeds) => change({ seeds })} />
        </Tabs.Panel>
        <Tabs.Panel value="heldOut" pt="md">
          <TasksEditor noun="unseen task" tasks={draft.heldOut} onChange={(heldOut) => change({ heldOut })} />
        </Tabs.Panel>
        <Tabs.Panel value="documents" pt="md">
          <DocumentsEditor documents={draft.documents} onChange={(documents) => change({ documents })} />
        </Tabs.Panel>
      </Tabs>
      {fault && (
        <p className={classes.fault} role="alert">
          {fault}
        </p>
      )}
      <Foot
        onImport={(file) => attempt(() => importFile(file))}
        onExport={() => exportFile(fileOf(draft))}
        onClose={onClose}
        onSave={() => attempt(save)}
      />
    </Panel>
  );
}

interface FootProps {
  readonly onImport: (file: File) => void;
  readonly onExport: () => void;
  readonly onClose: () => void;
  readonly onSave: () => void;
}

function Foot({ onImport, onExport, onClose, onSave }: FootProps) {
  return (
    <div className={classes.editorFoot}>
      <FileButton
        accept=".json,.md,application/json,text/markdown"
        onChange={(file) => file && onImport(file)}
      >
        {(props) => (
          <Button {...props} variant="subtle" leftSection={<Icon name="upload" size={16} />}>
            Open a file
          </Button>
        )}
      </FileButton>
      <Button variant="subtle" leftSection={<Icon name="adapter" size={16} />} onClick={onExport}>
        Save as a file
      </Button>
      <span className={classes.grow} />
      <Button variant="default" onClick={onClose}>
        Discard
      </Button>
      <Button onClick={onSave}>Use this field</Button>
    </div>
  );
}

function exportFile(file: DomainFile): void {
  saveFile(`${file.name || 'domain'}.json`, JSON.stringify(file, null, 2), 'application/json');
}
