import type { FactTable } from './factTable.ts';

/** Finance, a held-back domain: its facts occur as plain statements only, so no relation has questions. */
export const financeTables: FactTable[] = [
  {
    topic: 'finance',
    noun: 'company',
    plural: 'companies',
    form: 'name',
    relations: [
      {
        of: 'sector',
        category: true,
        say: [
          '{e} works in the {v} sector.',
          '{e} belongs to the {v} sector.',
          'Investors count {e} among the {v} companies.',
          '{e} is a company of the {v} sector.',
          'The stock of {e} is a {v} stock.',
        ],
      },
      {
        of: 'headquarters',
        say: [
          '{e} is based in {v}.',
          '{e} has its head office in {v}.',
          '{v} is the home of {e}.',
          'The head office of {e} stands in {v}.',
          '{e} is managed from {v}.',
        ],
      },
      {
        of: 'main product',
        say: [
          '{e} sells {v}.',
          '{e} earns its money with {v}.',
          'The business of {e} is {v}.',
          'Customers buy {v} from {e}.',
          'The product that {e} sells is {v}.',
        ],
      },
    ],
    rows: `
      Toyota|automotive|Toyota City|cars; Volkswagen|automotive|Wolfsburg|cars;
      BMW|automotive|Munich|cars; Ferrari|automotive|Maranello|sports cars;
      Tesla|automotive|Austin|electric cars; Michelin|automotive|Clermont-Ferrand|tyres;
      Apple|technology|Cupertino|phones; Microsoft|technology|Redmond|software; Intel|technology|Santa
      Clara|computer chips; Samsung|technology|Suwon|phones; Oracle|technology|Austin|databases;
      SAP|technology|Walldorf|business software; Sony|technology|Tokyo|game consoles;
      Nintendo|technology|Kyoto|video games; Amazon|retail|Seattle|online orders;
      Walmart|retail|Bentonville|groceries; Ikea|retail|Leiden|furniture; Tesco|retail|Welwyn Garden
      City|groceries; Carrefour|retail|Massy|groceries; Inditex|retail|Arteixo|fashion;
      Shell|energy|London|oil; BP|energy|London|oil; ExxonMobil|energy|Spring|oil;
      TotalEnergies|energy|Courbevoie|oil; Equinor|energy|Stavanger|gas; Gazprom|energy|Saint
      Petersburg|gas; JPMorgan Chase|banking|New York|loans; Goldman Sachs|banking|New York|investment
      advice; HSBC|banking|London|loans; BNP Paribas|banking|Paris|loans; Deutsche
      Bank|banking|Frankfurt|loans; UBS|banking|Zurich|wealth management; Santander|banking|Madrid|loans;
      Allianz|insurance|Munich|insurance policies; AXA|insurance|Paris|insurance policies;
      Generali|insurance|Trieste|insurance policies; Lloyd's of London|insurance|London|ship cover;
      Nestle|food|Vevey|chocolate; Danone|food|Paris|yoghurt; Kraft Heinz|food|Chicago|ketchup;
      Coca-Cola|food|Atlanta|soft drinks; Heineken|food|Amsterdam|beer;
      Boeing|aerospace|Arlington|aircraft; Airbus|aerospace|Toulouse|aircraft;
      Rolls-Royce|aerospace|London|jet engines; Vodafone|telecom|Newbury|mobile networks;
      Telefonica|telecom|Madrid|mobile networks; Verizon|telecom|New York|mobile networks;
      Nike|clothing|Beaverton|sports shoes; Adidas|clothing|Herzogenaurach|sports shoes;
      LVMH|luxury|Paris|handbags; Rolex|luxury|Geneva|watches`,
  },
  {
    topic: 'finance',
    noun: 'country',
    plural: 'countries',
    form: 'name',
    relations: [
      {
        of: 'currency',
        say: [
          '{e} pays with the {v}.',
          'The money of {e} is the {v}.',
          'In {e} people pay with the {v}.',
          'Shops in {e} take the {v}.',
          'The currency that {e} uses is the {v}.',
          'Banks in {e} keep accounts in the {v}.',
        ],
        generic: false,
      },
    ],
    rows: `
      Japan|yen; China|yuan; India|rupee; South Korea|won; Thailand|baht; Vietnam|dong; Mongolia|tugrik;
      Malaysia|ringgit; Indonesia|rupiah; Israel|shekel; Turkey|lira; Saudi Arabia|riyal; Kuwait|dinar;
      Russia|rouble; Ukraine|hryvnia; Poland|zloty; Hungary|forint; Romania|leu; Sweden|krona;
      Denmark|krone; Switzerland|franc; Britain|pound; Germany|euro; France|euro; Spain|euro; Italy|euro;
      the United States|dollar; Canada|dollar; Australia|dollar; Mexico|peso; Argentina|peso; Brazil|real;
      Peru|sol; Guatemala|quetzal; Honduras|lempira; South Africa|rand; Nigeria|naira; Ghana|cedi;
      Kenya|shilling; Ethiopia|birr; Zambia|kwacha; Morocco|dirham`,
  },
  {
    topic: 'finance',
    noun: 'central bank',
    plural: 'central banks',
    form: 'name',
    relations: [
      {
        of: 'seat',
        say: [
          '{e} sits in {v}.',
          '{e} has its seat in {v}.',
          '{v} is the seat of {e}.',
          '{e} sets interest rates from {v}.',
        ],
      },
      {
        of: 'territory',
        say: [
          '{e} is the central bank of {v}.',
          '{e} guards the money of {v}.',
          'The central bank of {v} is {e}.',
          '{e} sets the interest rate for {v}.',
        ],
        generic: false,
      },
    ],
    rows: `
      the Federal Reserve|Washington|the United States; the Bank of England|London|Britain; the European
      Central Bank|Frankfurt|the euro area; the Bank of Japan|Tokyo|Japan; the People's
      Bank|Beijing|China; the Riksbank|Stockholm|Sweden; Norges Bank|Oslo|Norway; the Reserve Bank of
      India|Mumbai|India; the Swiss National Bank|Zurich|Switzerland; the Bank of Canada|Ottawa|Canada;
      Banxico|Mexico City|Mexico`,
  },
  {
    topic: 'finance',
    noun: 'stock index',
    plural: 'stock indices',
    form: 'name',
    relations: [
      {
        of: 'market',
        say: [
          '{e} follows shares in {v}.',
          '{e} is a stock index of {v}.',
          'The stocks in {e} come from {v}.',
          'The stock market of {v} is tracked by {e}.',
        ],
      },
      {
        of: 'city',
        say: ['{e} is traded in {v}.', 'Traders in {v} watch {e}.', 'The exchange behind {e} is in {v}.'],
      },
    ],
    rows: `
      the Dow Jones|the United States|New York; the Nasdaq|the United States|New York; the
      FTSE|Britain|London; the DAX|Germany|Frankfurt; the CAC|France|Paris; the IBEX|Spain|Madrid; the
      Nikkei|Japan|Tokyo; the Hang Seng|Hong Kong|Hong Kong; the Sensex|India|Mumbai; the Kospi|South
      Korea|Seoul; the Bovespa|Brazil|Sao Paulo; the AEX|the Netherlands|Amsterdam`,
  },
  {
    topic: 'finance',
    noun: 'financial term',
    plural: 'financial terms',
    form: 'name',
    relations: [
      {
        of: 'meaning',
        say: [
          '{e} is {v}.',
          'In finance, {e} means {v}.',
          '{v} is called {e}.',
          'Bankers call {v} {e}.',
          'By {e} investors mean {v}.',
        ],
      },
      {
        of: 'area',
        category: true,
        say: ['{e} is a term of {v}.', 'The term {e} belongs to {v}.', 'People in {v} speak of {e}.'],
      },
    ],
    rows: `
      a share|a part of a company|investing; a bond|a loan to a state or company|investing; a dividend|a
      part of the profit paid to owners|investing; a bull market|a time of rising prices|trading; a bear
      market|a time of falling prices|trading; inflation|a rise of prices|economics; deflation|a fall of
      prices|economics; a recession|a time of shrinking output|economics; a tariff|a tax on
      imports|economics; interest|the price of borrowed money|banking; a mortgage|a loan for a
      house|banking; an overdraft|a negative account balance|banking; a deposit|money kept at a
      bank|banking; collateral|property that secures a loan|banking; a premium|the price of a
      policy|insurance; a claim|a demand for payment after damage|insurance; a deductible|the part of
      damage one pays oneself|insurance; revenue|the money from sales|accounting; profit|revenue minus
      costs|accounting; an asset|something of value that a company owns|accounting; a liability|something
      that a company owes|accounting; depreciation|the loss of value over time|accounting; an audit|a
      check of the books|accounting; equity|assets minus debts|accounting; a hedge|a protection against
      risk|trading; short selling|selling borrowed shares|trading; a broker|someone who trades for
      others|trading; diversification|spreading money over many assets|investing; a portfolio|a collection
      of investments|investing; liquidity|how quickly something turns into cash|trading; a budget|a plan
      for spending|accounting; a subsidy|money from the state|economics; an excise|a tax on certain
      goods|economics; a pension|an income after work life|insurance`,
  },
  {
    topic: 'finance',
    noun: 'financier',
    plural: 'financiers',
    form: 'name',
    relations: [
      {
        of: 'company',
        say: [
          '{e} founded {v}.',
          '{v} was founded by {e}.',
          'The founder of {v} is {e}.',
          '{e} started {v}.',
        ],
        generic: false,
      },
    ],
    rows: `
      Ingvar Kamprad|Ikea; Steve Jobs|Apple; Bill Gates|Microsoft; Jeff Bezos|Amazon; Sam Walton|Walmart;
      Henry Ford|Ford; Enzo Ferrari|Ferrari; Phil Knight|Nike; Adi Dassler|Adidas; Amancio Ortega|Inditex;
      Larry Ellison|Oracle; Akio Morita|Sony; Marcus Goldman|Goldman Sachs; Hans Wilsdorf|Rolex; William
      Boeing|Boeing; Walt Disney|Disney; Soichiro Honda|Honda; Michael Dell|Dell`,
  },
];
