import type { FactTable } from './factTable.ts';

/** Chemistry, planets, animals, plants, weather, gemstones. */
export const natureTables: FactTable[] = [
  {
    topic: 'chemistry',
    noun: 'element',
    plural: 'elements',
    form: 'name',
    relations: [
      {
        of: 'symbol',
        say: [
          'Chemists write {e} as {v}.',
          'The element {e} has the symbol {v}.',
          'The letters {v} stand for {e}.',
        ],
        ask: ['How do chemists write {e}?', 'Which symbol stands for {e}?'],
        inverse: ['Which element has the symbol {v}?', 'What does the symbol {v} stand for?'],
      },
      {
        of: 'atomic number',
        say: ['{e} has the atomic number {v}.', 'An atom of {e} has {v} protons.'],
        ask: ['How many protons does an atom of {e} have?'],
        inverse: ['Which element has the atomic number {v}?'],
      },
      {
        of: 'state at room temperature',
        category: true,
        say: ['At room temperature {e} is {av}.', '{e} is {av} at room temperature.'],
        ask: [
          'Is {e} a solid, a liquid or a gas at room temperature?',
          'In which state is {e} at room temperature?',
        ],
      },
      {
        of: 'group',
        category: true,
        say: ['{e} belongs to the group of the {v}.', '{e} is one of the {v}.'],
        ask: ['To which group of elements does {e} belong?'],
      },
    ],
    rows: `
      hydrogen|H|1|gas|nonmetals; helium|He|2|gas|noble gases; lithium|Li|3|solid|alkali metals;
      carbon|C|6|solid|nonmetals; nitrogen|N|7|gas|nonmetals; oxygen|O|8|gas|nonmetals;
      fluorine|F|9|gas|halogens; neon|Ne|10|gas|noble gases; sodium|Na|11|solid|alkali metals;
      magnesium|Mg|12|solid|alkaline earth metals; aluminium|Al|13|solid|; silicon|Si|14|solid|;
      phosphorus|P|15|solid|nonmetals; sulfur|S|16|solid|nonmetals; chlorine|Cl|17|gas|halogens;
      argon|Ar|18|gas|noble gases; potassium|K|19|solid|alkali metals; calcium|Ca|20|solid|alkaline earth
      metals; titanium|Ti|22|solid|transition metals; iron|Fe|26|solid|transition metals;
      nickel|Ni|28|solid|transition metals; copper|Cu|29|solid|transition metals;
      zinc|Zn|30|solid|transition metals; bromine|Br|35|liquid|halogens; krypton|Kr|36|gas|noble gases;
      silver|Ag|47|solid|transition metals; tin|Sn|50|solid|; iodine|I|53|solid|halogens;
      xenon|Xe|54|gas|noble gases; tungsten|W|74|solid|transition metals; platinum|Pt|78|solid|transition
      metals; gold|Au|79|solid|transition metals; mercury|Hg|80|liquid|transition metals;
      lead|Pb|82|solid|; uranium|U|92|solid|actinides`,
  },
  {
    topic: 'the planets',
    noun: 'planet',
    plural: 'planets',
    form: 'name',
    relations: [
      {
        of: 'place from the sun',
        say: ['{e} is the {v} planet from the sun.', 'Counted from the sun, {e} comes {v}.'],
        ask: ['Which place from the sun does {e} hold?'],
        inverse: ['Which planet is the {v} from the sun?'],
      },
      {
        of: 'type',
        category: true,
        say: ['{e} is {av}.', '{e} counts as {av}.'],
        ask: ['What type of planet is {e}?'],
      },
      {
        of: 'best known moon',
        say: ['{v} orbits {e}.', '{v} is a moon of {e}.'],
        ask: ['Which moon orbits {e}?'],
        inverse: ['Which planet does {v} orbit?', 'Around which planet does {v} travel?'],
      },
    ],
    rows: `
      Mercury|first|rocky planet|; Venus|second|rocky planet|; Earth|third|rocky planet|Luna;
      Mars|fourth|rocky planet|Phobos; Jupiter|fifth|gas giant|Ganymede; Saturn|sixth|gas giant|Titan;
      Uranus|seventh|ice giant|Titania; Neptune|eighth|ice giant|Triton`,
  },
  {
    topic: 'animals',
    noun: 'animal',
    plural: 'animals',
    form: 'noun',
    relations: [
      {
        of: 'class',
        category: true,
        say: ['{e} is {av}.', '{e} belongs to the {v}s.', 'Among animals, {e} counts as {av}.'],
        ask: ['What kind of animal is {e}?', 'To which class does {e} belong?'],
      },
      {
        of: 'diet',
        say: ['{e} eats {v}.', '{e} lives on {v}.', '{v} is what {e} eats.'],
        ask: ['What does {e} eat?', 'On what does {e} live?'],
      },
      {
        of: 'home',
        say: ['{e} lives in the {v}.', 'The home of {e} is the {v}.'],
        ask: ['Where does {e} live?'],
        generic: false,
      },
    ],
    rows: `
      lion|mammal|meat|savanna; tiger|mammal|meat|jungle; wolf|mammal|meat|forest; brown
      bear|mammal|berries and fish|forest; rabbit|mammal|grass|meadow; horse|mammal|grass|meadow;
      giraffe|mammal|leaves|savanna; koala|mammal|eucalyptus leaves|forest; panda|mammal|bamboo|mountains;
      otter|mammal|fish|river; beaver|mammal|bark|river; camel|mammal|dry plants|desert;
      dolphin|mammal|fish|sea; seal|mammal|fish|sea; bat|mammal|insects|cave;
      hedgehog|mammal|worms|garden; eagle|bird|small animals|mountains; owl|bird|mice|forest;
      penguin|bird|fish|Antarctic; parrot|bird|seeds|jungle; heron|bird|fish|wetlands;
      woodpecker|bird|insects|forest; flamingo|bird|shrimp|wetlands; crocodile|reptile|meat|river;
      tortoise|reptile|leaves|desert; python|reptile|small animals|jungle; iguana|reptile|leaves|jungle;
      frog|amphibian|insects|pond; newt|amphibian|worms|pond; toad|amphibian|insects|garden;
      shark|fish|other fish|sea; salmon|fish|shrimp|river; trout|fish|insects|river;
      bee|insect|nectar|meadow; butterfly|insect|nectar|meadow; ant|insect|seeds|forest;
      mosquito|insect|blood|wetlands; ladybird|insect|aphids|garden`,
  },
  {
    topic: 'young animals',
    noun: 'animal',
    plural: 'animals',
    form: 'noun',
    relations: [
      {
        of: 'name for the young',
        say: [
          'A young {n} is called {av}.',
          'The young of {e} is {av}.',
          'Farmers and hunters call a baby {n} {av}.',
        ],
        ask: ['What is a young {n} called?', 'What do you call a baby {n}?'],
        generic: false,
      },
      {
        of: 'name for a group',
        say: ['A group of {n}s is called {av}.', 'Many {n}s together form {av}.'],
        ask: ['What is a group of {n}s called?', 'What do many {n}s together form?'],
        generic: false,
      },
    ],
    rows: `
      cow|calf|herd; dog|puppy|pack; cat|kitten|; sheep dog|puppy|; lion|cub|pride; goat|kid|herd;
      duck|duckling|; swan|cygnet|; hen|chick|flock; pig|piglet|; kangaroo|joey|mob; frog|tadpole|;
      eagle|eaglet|; owl|owlet|parliament; crow||murder; bee|larva|swarm; whale|calf|pod;
      dolphin|calf|pod; elephant|calf|herd; rabbit|kit|; seal|pup|colony; ant|larva|colony;
      penguin|chick|colony; horse|foal|herd; spider|spiderling|`,
  },
  {
    topic: 'plants',
    noun: 'plant',
    plural: 'plants',
    form: 'name',
    relations: [
      {
        of: 'type',
        category: true,
        say: ['The {e} is {av}.', 'Gardeners know the {e} as {av}.'],
        ask: ['What type of plant is the {e}?'],
        generic: false,
      },
      {
        of: 'colour of the blossom',
        say: ['The {e} has {v} blossoms.', 'The blossoms of the {e} are {v}.'],
        ask: ['Which colour are the blossoms of the {e}?'],
        generic: false,
      },
      {
        of: 'product',
        say: ['People get {v} from the {e}.', 'The {e} gives {v}.'],
        ask: ['What do people get from the {e}?', 'What does the {e} give?'],
        generic: false,
      },
    ],
    rows: `
      oak|tree||acorns; sugar maple|tree||syrup; rubber tree|tree||latex; olive|tree|white|oil; cork
      oak|tree||cork; lavender|shrub|purple|perfume; rose|shrub|red|petals; cotton|shrub|yellow|fibres;
      coffee|shrub|white|beans; tea|shrub|white|leaves; wheat|grass||flour; rice|grass||grains;
      bamboo|grass||canes; sugar cane|grass||sugar; sunflower|herb|yellow|seeds; flax|herb|blue|linen;
      mint|herb|purple|leaves; vanilla|orchid|yellow|pods; cocoa|tree|white|chocolate; pine|tree||resin;
      hop|vine|green|cones; grape|vine|green|wine; saffron crocus|herb|purple|spice; snowdrop|herb|white|;
      dandelion|herb|yellow|; bluebell|herb|blue|; poppy|herb|red|; birch|tree||bark`,
  },
  {
    topic: 'gemstones',
    noun: 'gemstone',
    plural: 'gemstones',
    form: 'name',
    relations: [
      {
        of: 'colour',
        category: true,
        say: ['{e} is {v}.', '{e} shines {v}.'],
        ask: ['What colour is {e}?', 'In which colour does {e} shine?'],
      },
      {
        of: 'hardness',
        say: ['{e} has a hardness of {v}.', 'On the scale of Mohs, {e} reaches {v}.'],
        ask: ['How hard is {e} on the scale of Mohs?'],
      },
    ],
    rows: `
      ruby|red|9; sapphire|blue|9; emerald|green|8; amethyst|purple|7; topaz|yellow|8; garnet|red|7;
      jade|green|6; lapis lazuli|blue|5; malachite|green|4; onyx|black|7; citrine|yellow|7;
      turquoise|blue|6; obsidian|black|5; aquamarine|blue|8; peridot|green|7`,
  },
  {
    topic: 'weather',
    noun: 'weather word',
    plural: 'weather words',
    form: 'name',
    relations: [
      {
        of: 'meaning',
        generic: false,
        say: ['{e} means {v}.', 'By {e} people mean {v}.', 'When there is {v}, people speak of {e}.'],
        ask: ['What does {e} mean?', 'What is meant by {e}?'],
        inverse: ['Which word means {v}?', 'What do people call {v}?'],
      },
    ],
    rows: `
      fog|a cloud on the ground; hail|falling balls of ice; sleet|rain mixed with snow; drizzle|very light
      rain; a blizzard|a storm with much snow; a drought|a long time without rain; a flood|water over dry
      land; dew|drops of water on morning grass; frost|ice on cold ground; thunder|the sound of lightning;
      a breeze|a gentle wind; a gale|a very strong wind; a tornado|a spinning column of air; smog|smoke
      mixed with fog; a rainbow|an arc of colours in the sky; a monsoon|a season of heavy rain`,
  },
];
