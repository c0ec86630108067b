import type { FactTable } from './factTable.ts';

/** Painters, composers, books, dishes, cheeses, dances, gods, instruments. */
export const cultureTables: FactTable[] = [
  {
    topic: 'painting',
    noun: 'painter',
    plural: 'painters',
    form: 'name',
    relations: [
      {
        of: 'country',
        say: ['The painter {e} came from {v}.', '{e} was born in {v}.'],
        ask: ['From which country did {e} come?', 'Where was {e} born?'],
      },
      {
        of: 'famous work',
        say: ['{e} painted {v}.', '{v} was painted by {e}.', '{v} is a work of {e}.'],
        ask: ['What did {e} paint?', 'Which famous work did {e} paint?'],
        inverse: ['Who painted {v}?', 'Which painter made {v}?'],
      },
      {
        of: 'style',
        say: ['{e} is known for {v}.', 'The art of {e} belongs to {v}.'],
        ask: ['For which style is {e} known?'],
      },
    ],
    rows: `
      Leonardo da Vinci|Italy|the Mona Lisa|the Renaissance; Michelangelo|Italy|the Creation of Adam|the
      Renaissance; Botticelli|Italy|the Birth of Venus|the Renaissance; Raphael|Italy|the School of
      Athens|the Renaissance; Rembrandt|the Netherlands|the Night Watch|the Baroque; Vermeer|the
      Netherlands|Girl with a Pearl Earring|the Baroque; Velazquez|Spain|Las Meninas|the Baroque;
      Goya|Spain|the Third of May|; Picasso|Spain|Guernica|Cubism; Dali|Spain|the Persistence of
      Memory|Surrealism; Monet|France|Water Lilies|Impressionism; Renoir|France|Bal du moulin de la
      Galette|Impressionism; Matisse|France|the Dance|Fauvism; Delacroix|France|Liberty Leading the
      People|Romanticism; van Gogh|the Netherlands|the Starry Night|; Munch|Norway|the
      Scream|Expressionism; Klimt|Austria|the Kiss|; Turner|England|the Fighting Temeraire|Romanticism;
      Hokusai|Japan|the Great Wave|; Warhol|the United States|the Soup Cans|Pop Art; Hopper|the United
      States|Nighthawks|Realism; Magritte|Belgium|the Son of Man|Surrealism; Kahlo|Mexico|the Two Fridas|;
      Friedrich|Germany|the Sea of Ice|Romanticism`,
  },
  {
    topic: 'classical music',
    noun: 'composer',
    plural: 'composers',
    form: 'name',
    relations: [
      {
        of: 'country',
        say: ['The composer {e} came from {v}.', '{v} was the home of {e}.'],
        ask: ['From which country did the composer {e} come?', 'Where was the home of {e}?'],
      },
      {
        of: 'famous piece',
        say: ['{e} wrote {v}.', '{e} composed {v}.', '{v} was composed by {e}.'],
        ask: ['What did {e} compose?', 'Which piece did {e} write?'],
        inverse: ['Who composed {v}?', 'Who wrote the music of {v}?'],
      },
    ],
    rows: `
      Bach|Germany|the Brandenburg Concertos; Beethoven|Germany|Fidelio; Mozart|Austria|the Magic Flute;
      Haydn|Austria|the Creation; Schubert|Austria|the Trout Quintet; Vivaldi|Italy|the Four Seasons;
      Verdi|Italy|Aida; Puccini|Italy|Tosca; Rossini|Italy|William Tell; Bizet|France|Carmen;
      Debussy|France|Clair de Lune; Ravel|France|Bolero; Tchaikovsky|Russia|Swan Lake;
      Stravinsky|Russia|the Firebird; Prokofiev|Russia|Peter and the Wolf; Mussorgsky|Russia|Pictures at
      an Exhibition; Grieg|Norway|Peer Gynt; Sibelius|Finland|Finlandia; Smetana|Bohemia|the Moldau;
      Dvorak|Bohemia|the New World Symphony; Wagner|Germany|Parsifal; Holst|England|the Planets;
      Elgar|England|Pomp and Circumstance; Gershwin|the United States|Rhapsody in Blue;
      Orff|Germany|Carmina Burana; Handel|Germany|the Messiah`,
  },
  {
    topic: 'books',
    noun: 'book',
    plural: 'books',
    form: 'name',
    relations: [
      {
        of: 'author',
        say: ['{v} wrote {e}.', '{e} was written by {v}.', 'The novel {e} is by {v}.'],
        ask: ['Who wrote {e}?', 'By whom is {e}?', 'Which writer wrote {e}?'],
        inverse: ['Which book did {v} write?', 'Name a book by {v}.'],
      },
      {
        of: 'hero',
        say: ['The hero of {e} is {v}.', '{e} tells of {v}.'],
        ask: ['Of whom does {e} tell?'],
        inverse: ['Which book tells of {v}?'],
      },
    ],
    rows: `
      Moby-Dick|Herman Melville|Captain Ahab; Frankenstein|Mary Shelley|Victor Frankenstein; Dracula|Bram
      Stoker|; Hamlet|William Shakespeare|; Oliver Twist|Charles Dickens|; Jane Eyre|Charlotte Bronte|;
      Wuthering Heights|Emily Bronte|Heathcliff; Emma|Jane Austen|Emma Woodhouse; Treasure Island|Robert
      Louis Stevenson|Jim Hawkins; Robinson Crusoe|Daniel Defoe|; Gulliver's Travels|Jonathan Swift|Lemuel
      Gulliver; The Jungle Book|Rudyard Kipling|Mowgli; Peter Pan|J. M. Barrie|; The Hobbit|J. R. R.
      Tolkien|Bilbo Baggins; Animal Farm|George Orwell|Napoleon the pig; The Time Machine|H. G. Wells|;
      Around the World in Eighty Days|Jules Verne|Phileas Fogg; Les Miserables|Victor Hugo|Jean Valjean;
      The Three Musketeers|Alexandre Dumas|Athos; Madame Bovary|Gustave Flaubert|; Don Quixote|Miguel de
      Cervantes|; War and Peace|Leo Tolstoy|Pierre Bezukhov; Crime and Punishment|Fyodor
      Dostoevsky|Raskolnikov; Faust|Goethe|; The Trial|Franz Kafka|Josef K.; Heidi|Johanna Spyri|;
      Pinocchio|Carlo Collodi|; The Odyssey|Homer|Odysseus; Little Women|Louisa May Alcott|Jo March; Tom
      Sawyer|Mark Twain|`,
  },
  {
    topic: 'cooking',
    noun: 'dish',
    plural: 'dishes',
    form: 'name',
    relations: [
      {
        of: 'country of origin',
        say: ['{e} comes from {v}.', 'Cooks in {v} invented {e}.', '{e} is a dish of {v}.'],
        ask: ['From which country does {e} come?', 'Where was {e} invented?'],
      },
      {
        of: 'main ingredient',
        say: ['{e} is made with {v}.', 'Cooks make {e} from {v}.', '{v} goes into {e}.'],
        ask: ['What is {e} made with?', 'From what do cooks make {e}?'],
      },
      {
        of: 'course',
        category: true,
        say: ['{e} is {av}.', 'People eat {e} as {av}.'],
        ask: ['As which course do people eat {e}?'],
        generic: false,
      },
    ],
    rows: `
      pizza|Italy|dough|main dish; risotto|Italy|rice|main dish; tiramisu|Italy|mascarpone|dessert;
      minestrone|Italy|vegetables|soup; pesto|Italy|basil|sauce; paella|Spain|rice|main dish;
      gazpacho|Spain|tomatoes|soup; sushi|Japan|rice|main dish; miso soup|Japan|soybeans|soup;
      kimchi|Korea|cabbage|side dish; sauerkraut|Germany|cabbage|side dish; goulash|Hungary|beef|main
      dish; borscht|Ukraine|beetroot|soup; moussaka|Greece|aubergines|main dish;
      tzatziki|Greece|yoghurt|sauce; falafel|Egypt|chickpeas|main dish; hummus|Lebanon|chickpeas|side
      dish; couscous|Morocco|semolina|side dish; guacamole|Mexico|avocados|sauce; ceviche|Peru|raw
      fish|main dish; ratatouille|France|vegetables|main dish; bouillabaisse|France|fish|soup; creme
      brulee|France|cream|dessert; fondue|Switzerland|cheese|main dish; rosti|Switzerland|potatoes|side
      dish; baklava|Turkey|nuts|dessert; haggis|Scotland|sheep offal|main dish; pavlova|New Zealand|egg
      whites|dessert; poutine|Canada|potatoes|main dish; strudel|Austria|apples|dessert`,
  },
  {
    topic: 'cheese',
    noun: 'cheese',
    plural: 'cheeses',
    form: 'name',
    relations: [
      {
        of: 'country',
        say: ['{e} is a cheese from {v}.', 'Dairies in {v} make {e}.'],
        ask: ['From which country is {e}?', 'In which country do dairies make {e}?'],
      },
      {
        of: 'milk',
        category: true,
        say: ['{e} is made from {v} milk.', 'For {e} people use {v} milk.'],
        ask: ['From which milk is {e} made?', 'Which milk is used for {e}?'],
      },
    ],
    rows: `
      Brie|France|cow; Camembert|France|cow; Roquefort|France|sheep; Gouda|the Netherlands|cow; Edam|the
      Netherlands|cow; Cheddar|England|cow; Stilton|England|cow; Feta|Greece|sheep;
      Mozzarella|Italy|buffalo; Parmesan|Italy|cow; Gorgonzola|Italy|cow; Pecorino|Italy|sheep;
      Ricotta|Italy|sheep; Emmental|Switzerland|cow; Gruyere|Switzerland|cow; Manchego|Spain|sheep;
      Halloumi|Cyprus|goat; Brunost|Norway|goat; Chevre|France|goat`,
  },
  {
    topic: 'dances',
    noun: 'dance',
    plural: 'dances',
    form: 'name',
    relations: [
      {
        of: 'country',
        say: ['{e} is a dance from {v}.', 'In {v} people first danced {e}.'],
        ask: ['From which country does {e} come?', 'Where did people first dance {e}?'],
      },
      {
        of: 'pace',
        category: true,
        say: ['{e} is {v}.', 'People dance {e} at a {v} pace.'],
        ask: ['At which pace do people dance {e}?'],
      },
    ],
    rows: `
      the tango|Argentina|slow; the samba|Brazil|fast; flamenco|Spain|fast; the waltz|Austria|slow; the
      polka|Bohemia|fast; the mazurka|Poland|fast; salsa|Cuba|fast; the rumba|Cuba|slow; the
      tarantella|Italy|fast; the sirtaki|Greece|; the can-can|France|fast; the minuet|France|slow; the
      csardas|Hungary|; the hula|Hawaii|slow; the haka|New Zealand|; the highland fling|Scotland|fast;
      cueca|Chile|`,
  },
  {
    topic: 'mythology',
    noun: 'god',
    plural: 'gods',
    form: 'name',
    relations: [
      {
        of: 'people',
        category: true,
        say: [
          'The {v} people believed in {e}.',
          '{e} is a figure of {v} myths.',
          'In {v} myths we meet {e}.',
        ],
        ask: ['In which myths do we meet {e}?', 'Which people believed in {e}?'],
        generic: false,
      },
      {
        of: 'realm',
        say: ['{e} rules over {v}.', '{e} watches over {v}.', '{v} is the realm of {e}.'],
        ask: ['Over what does {e} rule?', 'What does {e} watch over?'],
      },
    ],
    rows: `
      Zeus|Greek|the sky; Poseidon|Greek|the sea; Hades|Greek|the dead; Athena|Greek|wisdom;
      Ares|Greek|war; Aphrodite|Greek|love; Apollo|Greek|music; Artemis|Greek|the hunt; Demeter|Greek|the
      harvest; Jupiter|Roman|the sky; Neptune|Roman|the sea; Mars|Roman|war; Venus|Roman|love;
      Minerva|Roman|wisdom; Vulcan|Roman|fire; Ceres|Roman|the harvest; Bacchus|Roman|wine;
      Odin|Norse|wisdom; Thor|Norse|thunder; Freya|Norse|love; Loki|Norse|mischief; Hel|Norse|the dead;
      Ra|Egyptian|the sun; Anubis|Egyptian|the dead; Thoth|Egyptian|writing; Bastet|Egyptian|cats;
      Amaterasu|Japanese|the sun; Quetzalcoatl|Aztec|the wind; Tlaloc|Aztec|rain; Inti|Inca|the sun`,
  },
  {
    topic: 'musical instruments',
    noun: 'instrument',
    plural: 'instruments',
    form: 'noun',
    relations: [
      {
        of: 'family',
        category: true,
        say: ['{e} is {av}.', '{e} belongs to the family of {v}s.'],
        ask: ['What kind of instrument is {e}?', 'To which family does {e} belong?'],
      },
      {
        of: 'way of playing',
        say: ['Musicians play {e} {v}.', '{e} is played {v}.'],
        ask: ['How is {e} played?', 'How do musicians play {e}?'],
        generic: false,
      },
    ],
    rows: `
      violin|string instrument|with a bow; cello|string instrument|with a bow; viola|string
      instrument|with a bow; guitar|string instrument|with the fingers; harp|string instrument|with the
      fingers; banjo|string instrument|with a pick; mandolin|string instrument|with a pick; flute|wind
      instrument|by blowing; clarinet|wind instrument|by blowing; oboe|wind instrument|by blowing;
      bassoon|wind instrument|by blowing; trumpet|brass instrument|by blowing; trombone|brass
      instrument|by blowing; tuba|brass instrument|by blowing; drum|percussion instrument|with sticks;
      xylophone|percussion instrument|with mallets; triangle|percussion instrument|with a beater;
      tambourine|percussion instrument|by shaking; gong|percussion instrument|with a mallet;
      piano|keyboard instrument|with the fingers; organ|keyboard instrument|with hands and feet;
      accordion|keyboard instrument|by squeezing; harpsichord|keyboard instrument|with the fingers`,
  },
];
