import type { FactTable } from './factTable.ts';

/** Countries, rivers, mountains, cities, lakes, languages, festivals, islands. */
export const worldTables: FactTable[] = [
  {
    topic: 'geography',
    noun: 'country',
    plural: 'countries',
    form: 'name',
    relations: [
      {
        of: 'capital',
        say: [
          'The government of {e} sits in {v}.',
          '{v} is the capital city of {e}.',
          '{e} is governed from {v}.',
        ],
        ask: ['Which city is the capital of {e}?', 'Where does the government of {e} sit?'],
        inverse: [
          'Of which country is {v} the capital?',
          'Which country has {v} as its capital?',
          'Which country is governed from {v}?',
        ],
      },
      {
        of: 'continent',
        category: true,
        say: ['{e} lies in {v}.', '{e} is a country in {v}.', 'On the map, {e} is found in {v}.'],
        ask: ['On which continent does {e} lie?', 'Where does {e} lie?'],
      },
      {
        of: 'main language',
        say: ['Most people in {e} speak {v}.', 'In {e} people speak {v}.', '{v} is spoken in {e}.'],
        ask: ['What do people speak in {e}?', 'Which language is spoken in {e}?'],
      },
    ],
    rows: `
      France|Paris|Europe|French; Germany|Berlin|Europe|German; Spain|Madrid|Europe|Spanish;
      Italy|Rome|Europe|Italian; Portugal|Lisbon|Europe|Portuguese; Greece|Athens|Europe|Greek;
      Poland|Warsaw|Europe|Polish; Sweden|Stockholm|Europe|Swedish; Norway|Oslo|Europe|Norwegian;
      Finland|Helsinki|Europe|Finnish; Denmark|Copenhagen|Europe|Danish; Austria|Vienna|Europe|German;
      Hungary|Budapest|Europe|Hungarian; Romania|Bucharest|Europe|Romanian; Ireland|Dublin|Europe|English;
      Iceland|Reykjavik|Europe|Icelandic; Ukraine|Kyiv|Europe|Ukrainian; Bulgaria|Sofia|Europe|Bulgarian;
      Croatia|Zagreb|Europe|Croatian; Japan|Tokyo|Asia|Japanese; China|Beijing|Asia|Chinese; India|New
      Delhi|Asia|Hindi; Thailand|Bangkok|Asia|Thai; Vietnam|Hanoi|Asia|Vietnamese; South
      Korea|Seoul|Asia|Korean; Mongolia|Ulaanbaatar|Asia|Mongolian; Nepal|Kathmandu|Asia|Nepali;
      Iran|Tehran|Asia|Persian; Iraq|Baghdad|Asia|Arabic; Jordan|Amman|Asia|Arabic;
      Egypt|Cairo|Africa|Arabic; Morocco|Rabat|Africa|Arabic; Kenya|Nairobi|Africa|Swahili;
      Ghana|Accra|Africa|English; Senegal|Dakar|Africa|French; Ethiopia|Addis Ababa|Africa|Amharic;
      Angola|Luanda|Africa|Portuguese; Tunisia|Tunis|Africa|Arabic; Canada|Ottawa|North America|English;
      Mexico|Mexico City|North America|Spanish; Cuba|Havana|North America|Spanish; Brazil|Brasilia|South
      America|Portuguese; Argentina|Buenos Aires|South America|Spanish; Chile|Santiago|South
      America|Spanish; Peru|Lima|South America|Spanish; Colombia|Bogota|South America|Spanish;
      Ecuador|Quito|South America|Spanish; Uruguay|Montevideo|South America|Spanish;
      Australia|Canberra|Oceania|English; New Zealand|Wellington|Oceania|English`,
  },
  {
    topic: 'rivers',
    noun: 'river',
    plural: 'rivers',
    form: 'name',
    relations: [
      {
        of: 'mouth',
        say: ['The {e} flows into the {v}.', 'The water of the {e} ends in the {v}.'],
        ask: ['Into which water does the {e} flow?', 'Where does the {e} end?'],
        generic: false,
      },
      {
        of: 'continent',
        category: true,
        say: ['The {e} is a river in {v}.', 'The {e} runs through {v}.'],
        ask: ['On which continent is the river {e}?', 'Through which continent does the {e} run?'],
        generic: false,
      },
      {
        of: 'city',
        say: ['The {e} passes {v}.', '{v} stands on the {e}.'],
        ask: ['Which city stands on the {e}?', 'Which city does the {e} pass?'],
        inverse: ['On which river does {v} stand?'],
        generic: false,
      },
    ],
    rows: `
      Nile|Mediterranean Sea|Africa|Cairo; Amazon|Atlantic Ocean|South America|Manaus; Danube|Black
      Sea|Europe|Vienna; Rhine|North Sea|Europe|Cologne; Thames|North Sea|Europe|London; Seine|English
      Channel|Europe|Paris; Volga|Caspian Sea|Europe|Volgograd; Elbe|North Sea|Europe|Hamburg;
      Vistula|Baltic Sea|Europe|Warsaw; Tiber|Tyrrhenian Sea|Europe|Rome; Tagus|Atlantic
      Ocean|Europe|Lisbon; Ganges|Bay of Bengal|Asia|Varanasi; Indus|Arabian Sea|Asia|Hyderabad;
      Yangtze|East China Sea|Asia|Wuhan; Mekong|South China Sea|Asia|Phnom Penh; Congo|Atlantic
      Ocean|Africa|Kinshasa; Niger|Gulf of Guinea|Africa|Bamako; Zambezi|Indian Ocean|Africa|;
      Mississippi|Gulf of Mexico|North America|New Orleans; Hudson|Atlantic Ocean|North America|New York;
      Murray|Southern Ocean|Oceania|; Loire|Atlantic Ocean|Europe|Nantes; Po|Adriatic Sea|Europe|Turin`,
  },
  {
    topic: 'mountains',
    noun: 'mountain',
    plural: 'mountains',
    form: 'name',
    relations: [
      {
        of: 'range',
        say: ['{e} stands in the {v}.', '{e} is a peak of the {v}.', 'The {v} are home to {e}.'],
        ask: ['In which range does {e} stand?', 'To which mountains does {e} belong?'],
      },
      {
        of: 'country',
        say: ['{e} rises in {v}.', 'Climbers reach {e} in {v}.'],
        ask: ['In which country does {e} rise?', 'Where do climbers find {e}?'],
      },
    ],
    rows: `
      Mount Everest|Himalayas|Nepal; Annapurna|Himalayas|Nepal; Lhotse|Himalayas|Nepal; Mont
      Blanc|Alps|France; the Matterhorn|Alps|Switzerland; the Eiger|Alps|Switzerland; the
      Zugspitze|Alps|Germany; the Grossglockner|Alps|Austria; Aconcagua|Andes|Argentina;
      Huascaran|Andes|Peru; Chimborazo|Andes|Ecuador; Mount Elbrus|Caucasus|Russia; Aneto|Pyrenees|Spain;
      Mulhacen|Sierra Nevada|Spain; Mount Kilimanjaro||Tanzania; Mount Fuji||Japan; Mount Etna||Italy;
      Mount Olympus||Greece; Toubkal|Atlas Mountains|Morocco; Denali|Alaska Range|the United States; Mount
      Logan|Saint Elias Mountains|Canada; Ben Nevis|Grampian Mountains|Scotland; Popocatepetl||Mexico;
      Aoraki|Southern Alps|New Zealand; Narodnaya|Urals|Russia`,
  },
  {
    topic: 'sights and buildings',
    noun: 'building',
    plural: 'buildings',
    form: 'name',
    relations: [
      {
        of: 'city',
        say: ['{e} stands in {v}.', 'Visitors see {e} in {v}.', '{v} is proud of {e}.'],
        ask: ['In which city does {e} stand?', 'Where can visitors see {e}?'],
      },
      {
        of: 'type',
        category: true,
        say: ['{e} is {av}.', 'Guides describe {e} as {av}.'],
        ask: ['What type of building is {e}?', 'What kind of building is {e}?'],
      },
    ],
    rows: `
      the Eiffel Tower|Paris|tower; Notre-Dame|Paris|church; the Louvre|Paris|museum; the
      Colosseum|Rome|theatre; the Pantheon|Rome|temple; the Parthenon|Athens|temple; Big Ben|London|tower;
      Tower Bridge|London|bridge; Westminster Abbey|London|church; the Alhambra|Granada|palace; the
      Prado|Madrid|museum; Sagrada Familia|Barcelona|church; the Hermitage|Saint Petersburg|museum; Hagia
      Sophia|Istanbul|mosque; the Blue Mosque|Istanbul|mosque; the Golden Gate Bridge|San
      Francisco|bridge; the Empire State Building|New York|tower; the Rialto Bridge|Venice|bridge; Charles
      Bridge|Prague|bridge; the Uffizi|Florence|museum; the Taj Mahal|Agra|tomb; Schonbrunn|Vienna|palace;
      Buckingham Palace|London|palace; the Kremlin|Moscow|fortress; the Sydney Opera House|Sydney|theatre;
      La Scala|Milan|theatre; the Brandenburg Gate|Berlin|gate; the CN Tower|Toronto|tower;
      Topkapi|Istanbul|palace; the Rijksmuseum|Amsterdam|museum`,
  },
  {
    topic: 'seas and lakes',
    noun: 'water',
    plural: 'waters',
    form: 'name',
    relations: [
      {
        of: 'kind',
        category: true,
        say: ['{e} is {av}.', 'Sailors know {e} as {av}.'],
        ask: ['What kind of water is {e}?', 'Is {e} a sea, a lake or an ocean?'],
      },
      {
        of: 'place',
        say: ['{e} is found in {v}.', '{e} lies in or near {v}.'],
        ask: ['Where is {e} found?', 'Near which land does {e} lie?'],
        generic: false,
      },
    ],
    rows: `
      Lake Victoria|lake|Africa; Lake Baikal|lake|Siberia; Lake Superior|lake|North America; Lake
      Titicaca|lake|South America; Lake Geneva|lake|Switzerland; Lake Como|lake|Italy; Loch
      Ness|lake|Scotland; the Baltic Sea|sea|northern Europe; the Black Sea|sea|Turkey; the Red
      Sea|sea|Egypt; the North Sea|sea|Denmark; the Adriatic Sea|sea|Italy; the Aegean Sea|sea|Greece; the
      Coral Sea|sea|Australia; the Atlantic|ocean|Europe; the Pacific|ocean|Asia; the Arctic
      Ocean|ocean|the North Pole; Lake Malawi|lake|Africa; Lake Ladoga|lake|Russia; the Tasman Sea|sea|New
      Zealand`,
  },
  {
    topic: 'languages',
    noun: 'language',
    plural: 'languages',
    form: 'name',
    relations: [
      {
        of: 'family',
        category: true,
        say: ['{e} is a {v} language.', '{e} belongs to the {v} languages.'],
        ask: ['To which family does {e} belong?', 'What kind of language is {e}?'],
      },
      {
        of: 'script',
        category: true,
        say: ['{e} is written in {v} letters.', 'Writers of {e} use {v} letters.'],
        ask: ['In which letters is {e} written?'],
      },
      {
        of: 'word for water',
        say: ['In {e} water is called {v}.', 'Speakers of {e} say {v} for water.'],
        ask: ['How do you say water in {e}?'],
        inverse: ['In which language does {v} mean water?'],
        generic: false,
      },
    ],
    rows: `
      Spanish|Romance|Latin|agua; French|Romance|Latin|eau; Italian|Romance|Latin|acqua;
      Romanian|Romance|Latin|apa; German|Germanic|Latin|Wasser; Dutch|Germanic|Latin|water;
      Swedish|Germanic|Latin|vatten; Danish|Germanic|Latin|vand; Russian|Slavic|Cyrillic|voda;
      Bulgarian|Slavic|Cyrillic|; Polish|Slavic|Latin|woda; Czech|Slavic|Latin|;
      Ukrainian|Slavic|Cyrillic|; Finnish|Uralic|Latin|vesi; Hungarian|Uralic|Latin|viz;
      Turkish|Turkic|Latin|su; Kazakh|Turkic|Cyrillic|; Arabic|Semitic|Arabic|; Hebrew|Semitic|Hebrew|;
      Welsh|Celtic|Latin|dwr; Irish|Celtic|Latin|uisce; Swahili|Bantu|Latin|maji; Zulu|Bantu|Latin|amanzi;
      Japanese|Japonic|Japanese|mizu`,
  },
  {
    topic: 'festivals',
    noun: 'festival',
    plural: 'festivals',
    form: 'name',
    relations: [
      {
        of: 'country',
        say: ['{e} is a festival of {v}.', 'People in {v} celebrate {e}.'],
        ask: ['In which country do people celebrate {e}?', 'Where is {e} celebrated?'],
      },
      {
        of: 'month',
        category: true,
        say: ['{e} takes place in {v}.', 'Every {v} people look forward to {e}.'],
        ask: ['In which month does {e} take place?', 'When is {e} held?'],
      },
    ],
    rows: `
      Bastille Day|France|July; Oktoberfest|Germany|September; the Rio Carnival|Brazil|February;
      Thanksgiving|the United States|November; Independence Day|the United States|July; Canada
      Day|Canada|July; La Tomatina|Spain|August; San Fermin|Spain|July; Saint Patrick's Day|Ireland|March;
      Burns Night|Scotland|January; Anzac Day|Australia|April; Waitangi Day|New Zealand|February; Guy
      Fawkes Night|England|November; the Day of the Dead|Mexico|November; Songkran|Thailand|April;
      Nowruz|Iran|March; Inti Raymi|Peru|June; Gion Matsuri|Japan|July; King's Day|the Netherlands|April;
      Naadam|Mongolia|July`,
  },
];
