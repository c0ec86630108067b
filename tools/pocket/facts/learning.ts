import type { FactTable } from './factTable.ts';

/** Scientists, explorers, words, shapes, history, stars. */
export const learningTables: FactTable[] = [
  {
    topic: 'science',
    noun: 'scientist',
    plural: 'scientists',
    form: 'name',
    relations: [
      {
        of: 'field',
        category: true,
        say: ['{e} worked in {v}.', '{e} is a great name of {v}.'],
        ask: ['In which field did {e} work?', 'Of which science is {e} a great name?'],
      },
      {
        of: 'country',
        say: ['{e} came from {v}.', 'The scientist {e} was born in {v}.'],
        ask: ['Where was the scientist {e} born?', 'From which country did {e} come?'],
      },
      {
        of: 'achievement',
        say: ['{e} is known for {v}.', '{v} made {e} famous.', 'We connect {e} with {v}.'],
        ask: ['For what is {e} known?', 'What made {e} famous?'],
        inverse: ['Who is known for {v}?', 'Which scientist is known for {v}?'],
        generic: false,
      },
    ],
    rows: `
      Isaac Newton|physics|England|the laws of motion; Albert Einstein|physics|Germany|the theory of
      relativity; Marie Curie|physics|Poland|the discovery of radium; Galileo Galilei|astronomy|Italy|the
      moons of Jupiter; Nicolaus Copernicus|astronomy|Poland|the sun at the centre; Johannes
      Kepler|astronomy|Germany|the laws of planetary motion; Edwin Hubble|astronomy|the United States|the
      growing universe; Charles Darwin|biology|England|the theory of evolution; Gregor
      Mendel|biology|Austria|the laws of heredity; Carl Linnaeus|biology|Sweden|the naming of species;
      Dmitri Mendeleev|chemistry|Russia|the periodic table; Antoine Lavoisier|chemistry|France|the role of
      oxygen in fire; John Dalton|chemistry|England|the atomic theory; Carl Friedrich
      Gauss|mathematics|Germany|the bell curve; Leonhard Euler|mathematics|Switzerland|the bridges of
      Konigsberg; Pythagoras|mathematics|Greece|the theorem on right triangles;
      Euclid|mathematics|Greece|the Elements; Michael Faraday|physics|England|electromagnetic induction;
      Niels Bohr|physics|Denmark|the model of the atom; Max Planck|physics|Germany|the quantum; Alfred
      Wegener|geology|Germany|the drift of continents; James Hutton|geology|Scotland|the age of rocks;
      Blaise Pascal|mathematics|France|the first calculator; Ada Lovelace|mathematics|England|the first
      program`,
  },
  {
    topic: 'exploration',
    noun: 'explorer',
    plural: 'explorers',
    form: 'name',
    relations: [
      {
        of: 'country',
        say: ['{e} came from {v}.', 'The explorer {e} was a child of {v}.'],
        ask: ['From which country did the explorer {e} come?'],
      },
      {
        of: 'goal',
        say: ['{e} reached {v}.', '{e} travelled to {v}.', '{v} was reached by {e}.'],
        ask: ['Where did {e} travel?', 'What did {e} reach?'],
        inverse: ['Who reached {v}?', 'Which explorer travelled to {v}?'],
        generic: false,
      },
    ],
    rows: `
      Christopher Columbus|Italy|the Caribbean; Marco Polo|Italy|China; Vasco da Gama|Portugal|India;
      Ferdinand Magellan|Portugal|the Pacific; James Cook|England|Hawaii; Roald Amundsen|Norway|the South
      Pole; Robert Peary|the United States|the far Arctic; Jacques Cartier|France|the Saint Lawrence
      River; Hernan Cortes|Spain|Mexico; Francisco Pizarro|Spain|Peru; Abel Tasman|the
      Netherlands|Tasmania; Henry Hudson|England|Hudson Bay; David Livingstone|Scotland|the Victoria
      Falls; Ibn Battuta|Morocco|Mali; Leif Erikson|Iceland|Newfoundland; Edmund Hillary|New Zealand|the
      top of Mount Everest; Neil Armstrong|the United States|the moon; Yuri Gagarin|Russia|space; Zheng
      He|China|East Africa; Vitus Bering|Denmark|Alaska`,
  },
  {
    topic: 'opposites and words',
    noun: 'word',
    plural: 'words',
    form: 'name',
    relations: [
      {
        of: 'opposite',
        say: ['{e} and {v} are opposites.', 'Whoever is not {e} may be {v}.'],
        ask: ['Which word means the contrary of {e}?', 'What is the contrary of {e}?'],
      },
      {
        of: 'synonym',
        say: ['{e} means almost the same as {v}.', 'For {e} one can also say {v}.'],
        ask: ['Which word means almost the same as {e}?', 'What can one also say for {e}?'],
      },
    ],
    rows: `
      big|small|large; fast|slow|quick; happy|sad|glad; hot|cold|; brave|cowardly|courageous;
      silent|noisy|quiet; clever|stupid|smart; difficult|easy|hard; old|young|aged; rich|poor|wealthy;
      dark|bright|; wet|dry|; early|late|; begin|end|start; wide|narrow|broad; deep|shallow|;
      strong|weak|powerful; polite|rude|courteous; ancient|modern|; full|empty|; angry|calm|furious;
      near|far|close; heavy|light|; beautiful|ugly|lovely; generous|stingy|; loud|soft|noisy;
      tired|rested|weary; sharp|blunt|`,
  },
  {
    topic: 'geometry',
    noun: 'shape',
    plural: 'shapes',
    form: 'noun',
    relations: [
      {
        of: 'number of sides',
        say: ['{e} has {v} sides.', 'Count the sides of {e} and you get {v}.'],
        ask: ['How many sides does {e} have?'],
      },
      {
        of: 'dimension',
        category: true,
        say: ['{e} is a {v} figure.', 'Teachers call {e} a {v} figure.'],
        ask: ['Is {e} a flat figure or a solid figure?'],
        generic: false,
      },
      {
        of: 'number of faces',
        say: ['{e} has {v} faces.', 'The surface of {e} consists of {v} faces.'],
        ask: ['How many faces does {e} have?'],
      },
    ],
    rows: `
      triangle|three|flat|; square|four|flat|; rectangle|four|flat|; rhombus|four|flat|;
      pentagon|five|flat|; hexagon|six|flat|; heptagon|seven|flat|; octagon|eight|flat|;
      nonagon|nine|flat|; decagon|ten|flat|; circle||flat|; cube||solid|six; sphere||solid|;
      tetrahedron||solid|four; octahedron||solid|eight; dodecahedron||solid|twelve;
      icosahedron||solid|twenty; cylinder||solid|; cone||solid|; trapezium|four|flat|`,
  },
  {
    topic: 'history',
    noun: 'event',
    plural: 'events',
    form: 'name',
    relations: [
      {
        of: 'year',
        say: ['{e} happened in {v}.', 'In {v} people witnessed {e}.'],
        ask: ['When did {e} happen?', 'In which year did {e} happen?'],
        inverse: ['What happened in {v}?', 'Which event happened in {v}?'],
      },
      {
        of: 'place',
        say: ['{e} happened in {v}.', 'The scene of {e} was {v}.'],
        ask: ['Where did {e} happen?', 'In which place did {e} happen?'],
      },
    ],
    rows: `
      the Battle of Hastings|1066|England; the signing of Magna Carta|1215|England; the fall of
      Constantinople|1453|Constantinople; the first voyage of Columbus|1492|the Atlantic; the Great Fire
      of London|1666|London; the Boston Tea Party|1773|Boston; the storming of the Bastille|1789|Paris;
      the Battle of Trafalgar|1805|Spain; the Battle of Waterloo|1815|Belgium; the sinking of the
      Titanic|1912|the Atlantic; the Russian Revolution|1917|Petrograd; the first moon landing|1969|the
      moon; the fall of the Berlin Wall|1989|Berlin; the eruption of Vesuvius|79|Pompeii; the Lisbon
      earthquake|1755|Lisbon; the opening of the Suez Canal|1869|Egypt; the first modern
      Olympics|1896|Athens; the Chernobyl accident|1986|Ukraine; the Great San Francisco
      Earthquake|1906|San Francisco; the eruption of Krakatoa|1883|Indonesia`,
  },
  {
    topic: 'stars',
    noun: 'star',
    plural: 'stars',
    form: 'name',
    relations: [
      {
        of: 'constellation',
        say: ['{e} shines in {v}.', 'The star {e} belongs to {v}.', 'Look for {e} in {v}.'],
        ask: ['In which constellation does {e} shine?', 'To which constellation does {e} belong?'],
      },
      {
        of: 'colour',
        category: true,
        say: ['{e} looks {v}.', '{e} glows {v}.'],
        ask: ['Which colour does {e} have?'],
      },
    ],
    rows: `
      Betelgeuse|Orion|red; Rigel|Orion|blue; Sirius|Canis Major|white; Procyon|Canis Minor|white;
      Aldebaran|Taurus|orange; Antares|Scorpius|red; Vega|Lyra|white; Deneb|Cygnus|white;
      Altair|Aquila|white; Polaris|Ursa Minor|yellow; Spica|Virgo|blue; Regulus|Leo|blue;
      Castor|Gemini|white; Pollux|Gemini|orange; Arcturus|Bootes|orange; Capella|Auriga|yellow;
      Fomalhaut|Piscis Austrinus|white; Canopus|Carina|white`,
  },
];
