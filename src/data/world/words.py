"""The words make_corpus.py writes its invented people with: places, names, trades, phrases.

Data only. Every line here was written for this project; the places are real, the people are not.
Name lists avoid words that are also places, and surnames that the world knows.
"""

# --- Places ------------------------------------------------------------------------------------
# (country, its adjective, year from which country and adjective are used, origins at home there,
#  entries). An entry is `Place/Context tier @year`: the context is what may follow a comma
# (default: the country; '-' for none); tier 1-5 is how often people are born there (default 5);
# @year: no births before it. '~' marks a region, '=' the country itself (or a country beside it).

PLACES = (
    ("England", "English", 0, "english",
     "London 1, Manchester 3, Birmingham 3, Liverpool 3, Leeds 3, Sheffield 3, Bristol 3, "
     "Nottingham 3, Newcastle upon Tyne 4, Leicester 4, Hull/Yorkshire 4, Bradford/Yorkshire 4, "
     "Plymouth/Devon 4, Southampton 4, Portsmouth 4, Norwich/Norfolk 4, Oxford 4, Cambridge 4, "
     "Brighton/Sussex 4, Derby 4, Coventry 4, Bath/Somerset 4, Exeter/Devon, Stockport, "
     "Bolton/Lancashire, Oldham/Lancashire, Rochdale/Lancashire, Blackburn/Lancashire, "
     "Burnley/Lancashire, Wigan/Lancashire, Preston/Lancashire, Carlisle, Durham, Sunderland, "
     "Middlesbrough, Doncaster/Yorkshire, Huddersfield/Yorkshire, Wakefield/Yorkshire, "
     "Barnsley/Yorkshire, Grimsby, Ipswich/Suffolk, Colchester/Essex, Canterbury/Kent, "
     "Dover/Kent, Hastings/Sussex, Reading, Swindon, Gloucester, Cheltenham, Worcester, "
     "Hereford, Shrewsbury, Wolverhampton, Walsall, Northampton, Bedford, Luton, Peterborough, "
     "Salisbury, Winchester, Truro/Cornwall, Penzance/Cornwall, Whitby/Yorkshire, "
     "Scarborough/Yorkshire, Kendal, ~Yorkshire 4, ~Lancashire 4, ~Kent 4, ~Cornwall, ~Devon, "
     "~Somerset, ~Norfolk, ~Suffolk, ~Sussex, ~Surrey, ~Essex, =England 3"),
    ("Scotland", "Scottish", 0, "scottish",
     "Glasgow 2, Edinburgh 3, Aberdeen 3, Dundee 4, Inverness, Stirling, Paisley, Greenock, "
     "Kilmarnock, Dumfries, St Andrews/Fife, Falkirk, Kirkcaldy/Fife, ~Fife, ~Orkney, "
     "~Shetland, =Scotland 3"),
    ("Wales", "Welsh", 0, "welsh",
     "Cardiff 3, Swansea 4, Newport, Wrexham, Aberystwyth, Bangor, ~Anglesey, =Wales 4"),
    ("Ireland", "Irish", 0, "irish",
     "Dublin 2, Cork 4, Limerick 4, Galway 4, Waterford, Kilkenny, Sligo, Drogheda, Belfast/- 3, "
     "Armagh/-, Newry/-, ~Ulster/-, ~Connemara, =Ireland 3"),
    ("United States", "American", 1783, "english",
     "New York/- 2, Brooklyn/New York 3, Chicago/Illinois 2 @1835, Philadelphia/Pennsylvania 2, "
     "Boston/Massachusetts 2, Los Angeles/California 3 @1850, San Francisco/California 3 @1850, "
     "Detroit/Michigan 3 @1805, Cleveland/Ohio 3 @1810, Baltimore/Maryland 3, "
     "Pittsburgh/Pennsylvania 3, St Louis/Missouri 4 @1805, Cincinnati/Ohio 4 @1800, "
     "New Orleans/Louisiana 4, Milwaukee/Wisconsin 4 @1840, Minneapolis/Minnesota 4 @1858, "
     "Seattle/Washington 4 @1860, Portland/Oregon 4 @1850, Denver/Colorado 4 @1862, "
     "Buffalo/New York 4 @1805, Newark/New Jersey 4, Rochester/New York @1815, "
     "Syracuse/New York @1825, Albany/New York, Providence/Rhode Island, Hartford/Connecticut, "
     "New Haven/Connecticut, Columbus/Ohio @1815, Dayton/Ohio @1800, "
     "Louisville/Kentucky @1790, Nashville/Tennessee @1790, Memphis/Tennessee @1825, "
     "Atlanta 4 @1850, Savannah, Charleston/South Carolina, Richmond/Virginia, "
     "Houston/Texas 4 @1840, Dallas/Texas 4 @1852, San Antonio/Texas, El Paso/Texas @1870, "
     "Tulsa/Oklahoma @1895, Omaha/Nebraska @1857, Des Moines/Iowa @1852, "
     "Kansas City/Missouri @1853, Wichita/Kansas @1875, Salt Lake City/Utah @1850, "
     "Phoenix/Arizona @1880, Albuquerque/New Mexico @1850, San Diego/California 4 @1850, "
     "Oakland/California @1855, Sacramento/California @1850, Spokane/Washington @1885, "
     "Honolulu/Hawaii @1850, Miami/Florida @1898, Tampa/Florida @1850, "
     "Scranton/Pennsylvania @1855, Duluth/Minnesota @1870, Toledo/Ohio @1837, ~Massachusetts, "
     "~Ohio 4 @1803, ~Texas 4 @1840, ~Virginia 4, ~Pennsylvania 4, ~California 4 @1850, "
     "~Vermont, ~Maine, ~Kentucky @1792, ~Tennessee @1796, ~Iowa @1846, ~Oregon @1850, "
     "~Connecticut, ~Wisconsin @1840, ~Nebraska @1860, ~New Jersey, =United States/- 4"),
    ("Canada", "Canadian", 0, "english french",
     "Toronto/Ontario 2 @1834, Montreal/Quebec 2, Vancouver/British Columbia 3 @1888, "
     "Ottawa/Ontario 3 @1855, Winnipeg/Manitoba 4 @1873, Calgary/Alberta 4 @1886, "
     "Edmonton/Alberta 4 @1892, Halifax/Nova Scotia 4, Hamilton/Ontario @1833, "
     "Regina/Saskatchewan @1905, Saskatoon/Saskatchewan @1906, Windsor/Ontario @1854, "
     "Sudbury/Ontario @1893, ~Quebec 4, ~Ontario 4, ~Nova Scotia, ~Newfoundland, "
     "~Manitoba @1870, ~Saskatchewan @1905, =Canada/- 3"),
    ("Australia", "Australian", 1830, "english irish",
     "Sydney/New South Wales 2 @1800, Melbourne/- 2 @1838, Brisbane/Queensland 3 @1860, "
     "Adelaide/South Australia 3 @1838, Perth/Western Australia 4 @1832, Hobart/Tasmania 4 @1856, "
     "Geelong @1842, Ballarat @1854, Bendigo @1854, Canberra/- @1914, Townsville/Queensland "
     "@1868, Launceston/Tasmania @1856, ~New South Wales 4 @1800, ~Queensland 4 @1860, "
     "~Tasmania @1856, =Australia/- 3"),
    ("New Zealand", "New Zealand", 1841, "english scottish",
     "Auckland 3 @1842, Wellington 3 @1842, Christchurch 4 @1852, Dunedin/Otago 4 @1850, "
     "Napier @1858, Invercargill @1858, ~Otago @1850, =New Zealand/- 4 @1845"),
    ("South Africa", "South African", 1910, "english dutch",
     "Cape Town 3, Johannesburg 3 @1888, Durban/Natal 4 @1838, Pretoria 4 @1857, "
     "Kimberley @1873, ~Natal @1845, =South Africa/- 4"),
    ("France", "French", 0, "french",
     "Paris 2, Lyon 3, Marseille/Provence 3, Bordeaux 4, Toulouse 4, Lille 4, Nantes 4, "
     "Strasbourg/Alsace 4, Nice 4, Rouen/Normandy, Rennes/Brittany, Grenoble, Dijon/Burgundy, "
     "Montpellier, Reims, Nancy, Metz, Brest/Brittany, Caen/Normandy, Tours, Orléans, Limoges, "
     "Amiens, Angers, Avignon/Provence, Besançon, ~Brittany, ~Normandy, ~Provence, ~Alsace, "
     "~Burgundy, ~Corsica, =France/- 3"),
    ("Belgium", "Belgian", 1831, "dutch french",
     "Brussels 3, Antwerp 4, Ghent/Flanders 4, Liège 4, Bruges/Flanders, Leuven, Namur, "
     "~Flanders, =Belgium/- 4"),
    ("Luxembourg", "Luxembourgish", 1840, "german french", "=Luxembourg/-"),
    ("Switzerland", "Swiss", 0, "german french",
     "Zurich 4, Geneva 4, Basel 4, Lausanne, Lucerne, Winterthur, ~Ticino, =Switzerland/- 4"),
    ("Germany", "German", 0, "german",
     "Berlin 2, Hamburg 3, Munich/Bavaria 3, Cologne 3, Frankfurt 4, Leipzig/Saxony 4, "
     "Dresden/Saxony 4, Stuttgart 4, Düsseldorf 4, Hanover 4, Bremen 4, Nuremberg/Bavaria 4, "
     "Kiel, Lübeck, Rostock, Heidelberg, Freiburg, Mannheim, Karlsruhe, Augsburg/Bavaria, "
     "Würzburg, Kassel, Mainz, Bonn, Dortmund/Westphalia, Münster/Westphalia, Göttingen, "
     "Jena/Thuringia, ~Bavaria 4, ~Saxony, ~Westphalia, ~Thuringia, =Germany/- 3"),
    ("Austria", "Austrian", 0, "german",
     "Vienna 2, Graz/Styria 4, Salzburg 4, Linz, Innsbruck/Tyrol, Klagenfurt/Carinthia, "
     "~Tyrol, ~Styria, ~Carinthia, =Austria/- 4"),
    ("Netherlands", "Dutch", 0, "dutch",
     "Amsterdam 3, Rotterdam 3, The Hague 4, Utrecht 4, Leiden, Haarlem, Groningen, Delft, "
     "Arnhem, Maastricht, Nijmegen, Eindhoven, ~Friesland, ~Zeeland, =Netherlands/- 4"),
    ("Denmark", "Danish", 0, "nordic",
     "Copenhagen 3, Aarhus, Odense, Aalborg, Roskilde, ~Jutland, =Denmark/- 4"),
    ("Sweden", "Swedish", 0, "nordic",
     "Stockholm 3, Gothenburg 4, Malmö/Scania 4, Uppsala, Linköping, Örebro, Norrköping, Gävle, "
     "~Scania, =Sweden/- 4"),
    ("Norway", "Norwegian", 0, "nordic",
     "Oslo 3 @1925, Bergen 4, Trondheim @1930, Stavanger, Tromsø, Drammen, ~Telemark, "
     "=Norway/- 4"),
    ("Finland", "Finnish", 0, "finnish",
     "Helsinki 3, Turku 4, Tampere 4, Oulu, Kuopio, ~Lapland, =Finland/- 4"),
    ("Iceland", "Icelandic", 0, "nordic", "Reykjavík 4, Akureyri, =Iceland/-"),
    ("Spain", "Spanish", 0, "spanish",
     "Madrid 3, Barcelona/Catalonia 3, Valencia 4, Seville/Andalusia 4, Bilbao 4, Zaragoza, "
     "Granada/Andalusia, Málaga/Andalusia, Salamanca, Valladolid, Cádiz/Andalusia, "
     "Oviedo/Asturias, Pamplona/Navarre, ~Catalonia, ~Galicia, ~Andalusia, ~Asturias, "
     "~Navarre, =Spain/- 4"),
    ("Portugal", "Portuguese", 0, "portuguese",
     "Lisbon 3, Porto 4, Coimbra, Braga, Évora, Funchal/Madeira, ~Madeira, ~Algarve, "
     "=Portugal/- 4"),
    ("Brazil", "Brazilian", 1822, "portuguese",
     "Rio de Janeiro 3, São Paulo 3, Recife, Curitiba, Belém, ~Bahia, =Brazil/- 4"),
    ("Argentina", "Argentine", 1825, "spanish italian",
     "Buenos Aires 3, Córdoba, Mendoza, =Argentina/- 4"),
    ("Uruguay", "Uruguayan", 1830, "spanish", "Montevideo 4, =Uruguay/-"),
    ("Chile", "Chilean", 1818, "spanish", "Santiago 4, Valparaíso, =Chile/- 4"),
    ("Peru", "Peruvian", 1821, "spanish", "Lima 4, Cusco, =Peru/-"),
    ("Colombia", "Colombian", 1831, "spanish", "Bogotá 4, Medellín, =Colombia/-"),
    ("Venezuela", "Venezuelan", 1831, "spanish", "Caracas 4, =Venezuela/-"),
    ("Mexico", "Mexican", 1821, "spanish", "Mexico City/- 3, Guadalajara, Puebla, Monterrey"),
    ("Cuba", "Cuban", 1868, "spanish", "Havana 4, =Cuba/-"),
    ("Italy", "Italian", 0, "italian",
     "Rome 3, Milan 3, Naples 3, Turin/Piedmont 3, Florence/Tuscany 4, Venice 4, Bologna 4, "
     "Genoa 4, Palermo/Sicily 4, Trieste 4, Verona, Padua, Parma, Modena, Pisa/Tuscany, "
     "Siena/Tuscany, Lucca/Tuscany, Perugia, Ancona, Ferrara, Brescia/Lombardy, Bergamo/Lombardy, "
     "Catania/Sicily, Messina/Sicily, Cagliari/Sardinia, ~Tuscany, ~Sicily 4, ~Sardinia, "
     "~Piedmont, ~Lombardy, ~Calabria, =Italy/- 3"),
    ("Malta", "Maltese", 0, "italian", "Valletta, =Malta/-"),
    ("Poland", "Polish", 0, "polish",
     "Warsaw 3, Kraków 4, Łódź 4, Poznań 4, Gdańsk @1945, Lublin, Toruń, Katowice @1925, "
     "Białystok, ~Silesia, ~Mazovia, =Poland/- 4"),
    ("Bohemia", "Czech", 0, "czech",
     "Prague 3, Brno/Moravia 4, Plzeň, Olomouc/Moravia, Ostrava, České Budějovice, "
     "~Bohemia/- 4, ~Moravia/-"),
    ("Slovakia", "Slovak", 1900, "czech hungarian", "Bratislava 4 @1919, Košice, =Slovakia/-"),
    ("Hungary", "Hungarian", 0, "hungarian",
     "Budapest 3 @1873, Debrecen, Szeged, Pécs, Győr, Miskolc, =Hungary/- 4"),
    ("Romania", "Romanian", 1862, "romanian",
     "Bucharest 3, Iași, Cluj, Timișoara, Brașov, Craiova, ~Transylvania/-, ~Moldavia/-, "
     "=Romania/-"),
    ("Serbia", "Serbian", 1830, "slavic", "Belgrade 3, Novi Sad, =Serbia/-"),
    ("Montenegro", "Montenegrin", 0, "slavic", "=Montenegro/-"),
    ("Croatia", "Croatian", 1860, "slavic",
     "Zagreb 4, Split/Dalmatia, Rijeka @1920, Dubrovnik/Dalmatia, ~Dalmatia/-, =Croatia/-"),
    ("Slovenia", "Slovenian", 1890, "slavic", "Ljubljana 4 @1918, Maribor @1918, =Slovenia/-"),
    ("Bosnia", "Bosnian", 1878, "slavic", "Sarajevo 4, =Bosnia/-"),
    ("Bulgaria", "Bulgarian", 1878, "slavic", "Sofia 4, Plovdiv, Varna, =Bulgaria/-"),
    ("Greece", "Greek", 0, "greek",
     "Athens 3, Thessaloniki 4, Patras, Piraeus @1840, Heraklion/Crete, Volos, ~Crete, ~Corfu, "
     "=Greece/- 4"),
    ("Cyprus", "Cypriot", 0, "greek", "Nicosia, =Cyprus/-"),
    ("Turkey", "Turkish", 1850, "turkish",
     "Istanbul 3 @1930, Ankara 4, İzmir 4 @1923, Bursa, Adana, Trabzon, ~Anatolia/-, "
     "=Turkey/- @1923"),
    ("Russia", "Russian", 0, "russian",
     "Moscow 3, Kazan, Tomsk, Irkutsk/Siberia, Yaroslavl, Saratov, Smolensk, ~Siberia, "
     "=Russia/- 4"),
    ("Ukraine", "Ukrainian", 1860, "russian",
     "Kiev 4, Odessa 4 @1796, Kharkov, ~Crimea/-, =Ukraine/- 4"),
    ("Latvia", "Latvian", 1890, "german russian", "Riga/- 4, =Latvia/- @1918"),
    ("Estonia", "Estonian", 1890, "finnish russian", "Tallinn/- 4 @1918, =Estonia/- @1918"),
    ("Lithuania", "Lithuanian", 1890, "polish", "Vilnius/- @1918, Kaunas @1918, =Lithuania/-"),
    ("Armenia", "Armenian", 0, "russian persian", "Yerevan @1936, =Armenia/-"),
    ("Georgia", "Georgian", 0, "russian persian", "Tbilisi @1936"),
    ("Egypt", "Egyptian", 1850, "arabic", "Cairo 4, Alexandria 4, =Egypt/- 4"),
    ("Lebanon", "Lebanese", 1861, "arabic", "Beirut 4, =Lebanon/- 4"),
    ("Syria", "Syrian", 1860, "arabic", "Damascus, Aleppo, =Syria/-"),
    ("Iraq", "Iraqi", 1921, "arabic", "Baghdad/- 4, =Iraq/- @1921"),
    ("Israel", "Israeli", 1935, "hebrew",
     "Jerusalem/- 4, Haifa/-, Tel Aviv/- 4 @1910, =Israel/- 4 @1949"),
    ("Iran", "Iranian", 1900, "persian", "Tehran 4, Isfahan, Shiraz, Tabriz, =Iran/-"),
    ("Tunisia", "Tunisian", 1881, "arabic french", "Tunis 4, =Tunisia/-"),
    ("Algeria", "Algerian", 1870, "arabic french", "Algiers 4, Oran, =Algeria/- @1840"),
    ("Morocco", "Moroccan", 1860, "arabic", "Casablanca 4 @1907, Fez, Rabat, =Morocco/-"),
    ("India", "Indian", 1850, "indian",
     "Bombay 3, Calcutta/Bengal 3, Madras 4, Delhi 4, Bangalore 4, Hyderabad, Lucknow, "
     "Allahabad, Ahmedabad/Gujarat, Nagpur, Mysore, Jaipur, ~Kerala @1956, ~Punjab/-, ~Bengal, "
     "~Gujarat, =India/- 3"),
    ("Pakistan", "Pakistani", 1947, "indian", "Lahore/Punjab 4, Karachi 4, =Pakistan/- @1948"),
    ("Bangladesh", "Bangladeshi", 1955, "indian", "Dhaka/-, Chittagong/-"),
    ("Sri Lanka", "Sri Lankan", 1955, "indian", "Colombo 4, Kandy"),
    ("China", "Chinese", 0, "chinese",
     "Shanghai 3, Beijing 4, Guangzhou/Guangdong, Nanjing, Tianjin, Hangzhou, Chengdu/Sichuan, "
     "Xiamen/Fujian, ~Sichuan, ~Hunan, ~Guangdong, ~Fujian, =China/- 4"),
    ("Hong Kong", "Hong Kong", 1845, "chinese", "Hong Kong/- 3 @1845"),
    ("Taiwan", "Taiwanese", 1900, "chinese", "Taipei 4, =Taiwan/-"),
    ("Singapore", "Singaporean", 1945, "chinese indian", "Singapore/- 4 @1822"),
    ("Malaysia", "Malaysian", 1945, "chinese indian", "Penang, Kuala Lumpur @1870"),
    ("Japan", "Japanese", 0, "japanese",
     "Tokyo 3 @1869, Osaka 4, Kyoto 4, Yokohama 4 @1860, Nagoya, Kobe @1870, Hiroshima, "
     "Nagasaki, Sapporo/Hokkaido @1875, Sendai, Fukuoka, Kanazawa, ~Hokkaido @1870, ~Okinawa, "
     "=Japan/- 4"),
    ("Korea", "Korean", 0, "korean", "Seoul 4, Busan, Incheon @1890, Daegu, Pyongyang, =Korea/-"),
    ("Philippines", "Filipino", 1870, "spanish", "Manila 4, Cebu, =Philippines/-"),
    ("Siam", "Thai", 0, "chinese", "Bangkok/-"),
    ("Nigeria", "Nigerian", 1914, "african", "Lagos/- 4, Ibadan/-, =Nigeria/- 4 @1914"),
    ("Ghana", "Ghanaian", 1940, "african", "Accra/- 4, Kumasi/-, =Ghana/- @1957"),
    ("Kenya", "Kenyan", 1920, "african english", "Nairobi 4 @1902, Mombasa, =Kenya/- @1920"),
    ("Uganda", "Ugandan", 1900, "african", "Kampala @1900, =Uganda/- @1900"),
    ("Ethiopia", "Ethiopian", 1890, "african", "Addis Ababa @1892, =Ethiopia/-"),
    ("Senegal", "Senegalese", 1880, "african french", "Dakar @1862, =Senegal/-"),
    ("Sierra Leone", "Sierra Leonean", 1850, "african english", "Freetown @1800"),
    ("Jamaica", "Jamaican", 0, "english african", "Kingston 4, =Jamaica/- 4"),
    ("Trinidad", "Trinidadian", 1830, "english indian", "Port of Spain, =Trinidad/-"),
    ("Barbados", "Barbadian", 0, "english", "Bridgetown, =Barbados/-"),
    ("Bermuda", "Bermudian", 0, "english", "=Bermuda/-"),
)
WITH_ARTICLE = ("Netherlands", "United States", "Philippines")
UNIVERSITIES = (
    "Oxford, Cambridge, Edinburgh, Glasgow, Aberdeen, Durham, Manchester, Leeds, Leiden, Utrecht, "
    "Groningen, Heidelberg, Göttingen, Jena, Leipzig, Berlin, Munich, Vienna, Graz, Zurich, "
    "Basel, Geneva, Paris, Strasbourg, Montpellier, Bologna, Padua, Pisa, Turin, Salamanca, "
    "Coimbra, Uppsala, Copenhagen, Helsinki, Prague, Kraków, Warsaw, Budapest, Moscow, Kazan, "
    "Kiev, Athens, Toronto, Sydney, Melbourne, Chicago, Pennsylvania, Michigan, Virginia, Tokyo, "
    "Calcutta, Madras, Cape Town, Birmingham, Liverpool, Bristol, Sheffield, Freiburg, Bonn"
)

# --- Names -------------------------------------------------------------------------------------
# origin: (adjective, share of strangers anywhere, surname first?, men, women, surnames).
# `Latin gives the original spelling; it is printed when both parts of a name have one.

NAMES = {
    "english": ("English", 30, False,
     "Albert Alfred Allan Arnold Arthur Barry Basil Bernard Brian Cecil Clifford Clive Colin "
     "Cyril Dennis Derek Donald Douglas Edgar Edmund Edwin Eric Ernest Frank Frederick Geoffrey "
     "George Gerald Gilbert Gordon Graham Harold Harry Henry Herbert Horace Howard Hubert Hugh "
     "Jack James Jeremy John Joseph Keith Kenneth Lawrence Leonard Leslie Lewis Martin Maurice "
     "Michael Neil Nicholas Norman Oliver Oscar Percy Peter Philip Quentin Ralph Raymond "
     "Rowland Richard Robert Rodney Roger Ronald Roy Rupert Samuel Sidney Simon Stanley Stephen "
     "Theodore Thomas Timothy Vernon Victor Walter Wilfred William Xavier",
     "Agnes Alice Amelia Amy Anne Audrey Barbara Beatrice Brenda Caroline Catherine Christine "
     "Clara Constance Daphne Deborah Diana Dora Doris Dorothy Edith Eleanor Elizabeth Ellen "
     "Elsie Emily Emma Esther Ethel Felicity Gertrude Grace Hannah Harriet Helen Hilda Ida Irene "
     "Isabel Jane Janet Jean Jennifer Jessie Joan Joyce Judith Julia Kathleen Laura Lilian Lucy "
     "Mabel Margaret Marjorie Martha Mary Maud Mildred Miriam Nora Olive Patricia Pauline "
     "Phyllis Rose Ruth Sarah Susan Sylvia Ursula Vera Winifred Yvonne Zoe",
     "Abbershaw Ackroyd Addlestone Aldworth Allardyce Amblecote Applegarth Arkwell Ashdown "
     "Atherley Babbage-Cole Bagnold Bannerwell Barraclough Bassingham Beaumarsh Bellhouse "
     "Birtwhistle Blakeway Boothroyd Bracegirdle Braithwell Bramhall Brimelow Broadbent "
     "Buckthorn Bulstrode Burrage Butterworth Cadwell Calloway Carnaby Catterall Chalfont "
     "Charnock Chivers Clapworth Clutterbuck Colebrook Coppard Cottle Crabtree Cranfield "
     "Crossland Crowhurst Culpin Dallimore Danvers Dearlove Dewhurst Dinsdale Dobbins Drinkall "
     "Duckworth Dunstable Eastlake Eccleshall Edgeworth Elphick Entwistle Fairclough Fanshawe "
     "Farthing Featherstone Fennimore Fernsby Fothergill Frobisher Furnival Gadsby Garbutt "
     "Garlick Gathercole Gillow Goodenough Gossage Greenhalgh Grimshaw Haddock Haldenby "
     "Hallowell Hardcastle Harkness Hartnoll Hathersage Hebblethwaite Hepworth-Lane Hindmarsh "
     "Holroyd Honeychurch Hoskyns Huckaby Illingworth Ingleby Inskip Jessop Jolliffe Kettlewell "
     "Kilburn Kitching Knatchbull Lamplugh Langstaff Latimer Ledsham Lightfoot Lockyear "
     "Longbottom Loveday Lumley Makepeace Mallory Mapplebeck Marchbank Mellor Merriweather "
     "Micklethwait Midgley Mossop Mudge Nettleton Nightgale Nunweek Oakden Ogilthorpe "
     "Ollerenshaw Orpwood Oxtoby Padgett Pargeter Peckover Pellew Penhale Pettifer Pickersgill "
     "Pinnock Plumtree Pomfret Postlethwaite Quarmby Quillfeather Rackstraw Ramsbottom Ravenhill "
     "Rawcliffe Redfearn Ridsdale Rowbotham Rushworth Saltmarsh Scattergood Scholefield Selwood "
     "Shackleford Shufflebotham Sidebottom Skelhorn Smallwood Snelgrove Southwell Spofforth "
     "Stainforth Stobbart Strangeways Sugden Sutcliffe Swindlehurst Tattersall Tempest-Hale "
     "Thackwell Thistlewood Thornber Threlfall Tolliver Tredgold Trubshaw Tunnicliffe "
     "Twelvetrees Udall Umpleby Underhill Uttley Vavasour Venables Vickerstaff Waddilove "
     "Wagstaff Wainscott Warburton Weatherall Wetherby Whalebone Whittingslow Wigglesworth "
     "Wildgoose Winstanley Wolstencroft Woodruff Wrigley Yardley Yeadon Youngman"),
    "scottish": ("Scottish", 5, False,
     "Alasdair Alexander Andrew Angus Archibald Callum Donald Dougal Duncan Ewan Fergus Finlay "
     "Gavin Gregor Hamish Iain Kenneth Lachlan Malcolm Murdo Neil Roderick Ronald Wallace",
     "Ailsa Catriona Eilidh Elspeth Fiona Flora Grizel Isla Isobel Jean Kirsty Mairi Morag Moira "
     "Morna Rhona Seonaid Sheena Shona Una",
     "Abercairn Auchterlonie Balfron Ballantrae Cargill Carmichael Carruthers Colquhoun "
     "Dalrymple Drummelzier Dunlop Farquhar Fotheringham Galbraith Gilchrist Gillespie Guthrie "
     "Haliburton Kinnaird Kirkbride Lockhart MacAskill MacCorquodale MacDuff MacGillivray "
     "MacIlwraith MacKechnie MacLehose MacNeish MacQuarrie McAusland McClymont McCrindle "
     "McFadzean McGlashan McInroy McKerrow McLurg McWhirter Meiklejohn Moncrieff Monteith Ogilvy "
     "Pitcairn Rennie Ruthven Scrimgeour Sproat Strachan Tulloch Urquhart Wedderburn"),
    "welsh": ("Welsh", 2, False,
     "Aled Alun Arwel Caradog Dafydd Dylan Elfed Emlyn Emrys Gareth Geraint Goronwy Gwilym Gwyn "
     "Hywel Idris Iestyn Iorwerth Llewelyn Meirion Owain Rhodri Rhys Trefor",
     "Angharad Bethan Bronwen Carys Ceridwen Eirlys Eluned Gwenllian Gwladys Mair Megan Menna "
     "Morfydd Nerys Nia Olwen Rhiannon Sioned Siân Siwan",
     "Beynon Bowen Breese Cadwaladr Craddock Cynwal Dolben Ednyfed Eynon Gethin Gittins Gwynne "
     "Havard Heilyn Jenkin Kyffin Llwyd Maddocks Meredith Mostyn Nannau Parry Penry Probert "
     "Prothero Prydderch Pugh Rosser Salesbury Sayce Trahearn Treharne Tudwal Vaughan Wynn "
     "Yale-Pryce"),
    "irish": ("Irish", 6, False,
     "Aidan Brendan Bryan Cathal Ciarán Colm Conor Cormac Daniel Declan Dermot Desmond Donal "
     "Eamon Eoin Fintan Kevin Kieran Malachy Niall Oisín Padraig Patrick Ruairí Seamus Seán",
     "Aoife Bridget Caitlín Clodagh Deirdre Eileen Eithne Fionnuala Gráinne Ita Kathleen Maeve "
     "Maureen Máire Niamh Noreen Nuala Orla Róisín Sinéad Sorcha",
     "Ahearne Behenny Bohane Branigan Breathnach Cafferkey Cahalane Carmody Clohessy Colleary "
     "Considine Coughlan Crimmins Cuddihy Cullinane Dalaigh Devaney Dinneen Donnellan Doorley "
     "Durcan Fahy Feeney Finnerty Foyle Gaughran Geraghty Gilhooly Hanratty Hegarty Heneghan "
     "Keaveney Kilbride Kinsella Lafferty Loughnane MacEntee Mannion McGlinchey McInerney "
     "Minihan Mulcahy Mulvihill Nolan O'Boyle-Daly O'Callanan O'Dea O'Gorman O'Halloran "
     "O'Shaughran O'Tierney Phelan Quilligan Quirke Rafferty Ronayne Scanlon Shaughnessy "
     "Slattery Tuohy"),
    "french": ("French", 6, False,
     "Adrien Alain André Antoine Armand Auguste Benoît Camille Claude Denis Didier Edmond Émile "
     "Étienne Fabrice Félix François Gaston Georges Gérard Gilles Guy Honoré Hervé Jacques "
     "Jérôme Joël Jules Julien Laurent Léon Loïc Luc Lucien Marcel Mathieu Noël Olivier Pascal "
     "Raoul Rémi Thierry Urbain Xavier Yves",
     "Adèle Agathe Aurélie Blanche Cécile Céline Chantal Clémence Colette Élise Geneviève "
     "Germaine Hélène Henriette Inès Jeanne Josette Louise Lucie Madeleine Mathilde Mireille "
     "Noémie Odette Pauline Renée Sabine Simone Solange Sylvie Thérèse Valérie",
     "Aubertin Barraudet Baudrimont Beauchesne Bélanger Besnier Bornardel Boucherot "
     "Brissonnet Cadoret Carrignac Chabrol-Lys Champagnol Charpenel Châtelard Corbineau Coquelet "
     "Courtemanche Daubresse Delacourt Delestrade Desrosiers Dubreuilh Duchâtel Escoffier-Maur "
     "Fauconnet Ferrandier Fontenelle-Roy Gaillardet Garrigou Gauvreau Grandclément Guérinet "
     "Hautecœur Jacquemin Jolivet-Bard Labrousse Lachenal Lagarrigue Lamoureux Lecomtois Lefranc "
     "Lemaître-Sauge L'Hermitte Maisonneuve Malaparte-Roy Marchessault Mondoubleau Morisseau "
     "Nadaud Noblecourt Orsonneau Paquereau Pelletan Perrichon Poitrenaud Quesnelle Rabineau "
     "Rochefontaine Rouvière Sabouraud Sansregret Tessereau Thibaudeau Tournemine Vauquelin-Prat "
     "Verchère Villedieu"),
    "german": ("German", 7, False,
     "Albrecht Anton August Bernhard Bruno Dieter Dietrich Eberhard Egon Emil Erich Ernst Erwin "
     "Ferdinand Franz Friedrich Fritz Georg Gerhard Günther Gustav Hans Heinrich Helmut Hermann "
     "Horst Jörg Jürgen Karl Klaus Konrad Kurt Leopold Lothar Ludwig Manfred Matthias Otto "
     "Rainer Reinhold Rolf Rudolf Siegfried Theodor Ulrich Uwe Volker Werner Wilhelm Wolfgang",
     "Adelheid Anneliese Brigitte Charlene Dorothea Elfriede Elisabeth Erika Frieda Gerda "
     "Gisela Gretchen Hannelore Hedwig Heike Helga Hildegard Ilse Ingrid Johanna Käthe Liesel "
     "Lotte Margarete Mathilde Monika Ottilie Renate Rosemarie Sieglinde Ulrike Ursula Waltraud",
     "Abendroth Achtermann Amtsberg Baumgartl Biedenkamp Birnstiel Blumenthaler Bödeker "
     "Brackmeyer Bräuning Buchholzer Dannecker Dehlinger Dörrfuß Eckelmann Ehrenpreis Eichstädt "
     "Engelbrecht Feuerstein Fleischhauer Freudenthaler Gerstäcker Glockner Grünhagen Gutschmidt "
     "Habersaat Hagedorn Haselhorst Heidenreich Himmelreich Hirtreiter Hölscher Hufnagel "
     "Immendorf Junghans Kaltenbach Kesselring-Au Kirchgäßner Klingenberg Knobloch Kreuzpaintner "
     "Kupferberg Landgraf Lichtwark Lindenschmit Mauersberger Mittelstädt Mühlbauer Nachtigall "
     "Neuhäuser Obermaier Öhlschläger Osterkamp Pfannenstiel Pfefferkorn Quandtmann Rabenau "
     "Riemenschneider Rosenkranz Rübsam Sauerbier Schellhammer Schimmelpfeng Schlüter "
     "Schönfelder Schwarzkopp Seidenstücker Sonnleitner Spätling Steinhauer Strohmeyer Süßmann "
     "Taubenheim Teufelhart Trautwein Überacker Unverzagt Vogelsang Wachsmuth Weißgerber Wetzlar "
     "Winkelmann Zeitler Ziegenspeck Zwingenberger"),
    "dutch": ("Dutch", 4, False,
     "Adriaan Arie Bart Bram Cornelis Dirk Evert Floris Frits Gerrit Gijs Hendrik Huib Jacob Jan "
     "Jeroen Joost Joris Kees Klaas Laurens Lodewijk Maarten Pieter Reinier Rutger Sjoerd Teun "
     "Thijs Wessel Willem Wouter",
     "Aafke Anneke Antje Betje Cornelia Femke Geertje Griet Hanneke Ineke Janneke Johanna "
     "Katrijn Lieke Lijsbeth Maaike Margriet Marijke Neeltje Saskia Sietske Tineke Trijntje "
     "Wilhelmina",
     "Aardema Beekhuizen Blommestein Boogaerts Brinkhorst Buitendijk Coolhaas Dijksterveld "
     "Doornbos Duyvestein Elzinga Feddema Geerlings Groeneveld Haverkamp Heemskerk-Bol Hoekzema "
     "Hoogland Ijzerman Jongeneel Kettingman Kloosterman Koopmans-Vaart Kuiperij Langendijk "
     "Leeghwater Meerdink Molenaar Nieuwenhuis Ooievaar Oosterbaan Paardekooper Plantenga "
     "Roodhart Roosenboom Schippers Slagter Spaanderman Steenwijk Terpstra Uiterwaal Veenhuis "
     "Verhulst Vlietstra Wagenvoort Waterdrinker Westerhof Wiersma Zandstra Zonneveld"),
    "nordic": ("Scandinavian", 5, False,
     "Anders Arne Axel Bengt Birger Bjørn Bo Carsten Einar Erik Finn Folke Göran Gudmund Gunnar "
     "Håkan Håvard Henrik Jens Jørgen Kjell Knut Lars Leif Magnus Mogens Nils Olaf Ørjan Preben "
     "Ragnar Rasmus Roar Sigurd Søren Stig Sven Torsten Ulf Åge",
     "Anja Astrid Birgitta Bodil Dagny Ebba Elsa-Maria Frøydis Gudrun Gunilla Gunvor "
     "Helle Hjördis Inger Ingeborg Kajsa Karin Kerstin Kirsten Lene Liv-Anne Märta Ragnhild "
     "Signe Sigrid Sissel Solveig Tove Turid Vibeke Åse",
     "Aagaard Ahlquist Almgren Askeland Bakkerud Bergstrand Bjerregaard Bjørnstad Blomkvist-Dal "
     "Brattebø Brøndum Dahlgaard Ekelöf Elmquist Engdal Fagerholt Falkenstad Fjeldsøe Fredholm "
     "Granqvist Grønvold Gyllenhammar Haugerud Hedström Hjelmås Holmgaard Hvidtfeldt Isaksson "
     "Jernberg Kirkegård Kjærulf Kvalheim Langebæk Liljefors-Ek Litlehaug Lindqvister Løvaas "
     "Mørkved Norrlander Nygård Ødegaard-Vik Ohlmarks Ottesgård Rosenørn Rudbäck Sæther Sandvik "
     "Sjögrund Skovgaard-Holm Smedsrud Söderkvist Stenbock Stokkeland Strömquist Sundheim "
     "Thorvaldsdal Tveiten Ulfsdotter Vestergård Wallentin Westerdahl Ytterberg Øverland Ågren"),
    "finnish": ("Finnish", 2, False,
     "Aarne Antero Arvo Eero Eino Heikki Ilmari Jaakko Jorma Juhani Jukka Kaarlo Lauri Mauno "
     "Matti Onni Paavo Pekka Reijo Risto Tauno Toivo Urho Väinö Yrjö",
     "Aili Aino Anneli Eeva Hilkka Inkeri Irja Kaarina Kyllikki Lempi Liisa Maija Marjatta "
     "Martta Pirkko Raili Saimi Sirkka Tuulikki Tyyne",
     "Aaltomaa Haapakoski Harjunpää Heinonmäki Hietanummi Hämäläinkoski Ikäheimo Jokirinne "
     "Kaarela Karhumäki Kettukangas Kivelä Korhola Kuusiniemi Lehtipuro Leppäkorpi Lumivaara "
     "Mäntyranta Myllykangas Niittymaa Ojaniemi Pajukallio Pihlajasuo Rautavuo Saarelma "
     "Salovaara Suokanta Takkula Tervahauta Tuominiemi Uusikylä Vainiomäki Vesterlähde Ylikoski"),
    "spanish": ("Spanish", 5, False,
     "Adolfo Agustín Alejandro Álvaro Andrés Aníbal Arturo Baltasar Benito César Diego Eduardo "
     "Emilio Enrique Esteban Federico Felipe Gonzalo Héctor Hernán Horacio Ignacio Íñigo Javier "
     "Joaquín Julián Leandro Luis Marcelino Óscar Rafael Ramiro Raúl Rodrigo Rubén Tomás",
     "Adela Amparo Beatriz Blanca Catalina Concepción Consuelo Dolores Elvira Esperanza Graciela "
     "Inés Josefina Leonor Luisa Maribel Marisol Matilde Mercedes Nuria Pilar Rocío Soledad "
     "Teresa Verónica Ximena",
     "Abascales Aguirrezabal Albarracín Alcántara Aldecoa Altamirano Arizmendi Arrieta "
     "Ballesteros Bermejo Bustamante Caballero Cañizares Carrasquilla Cifuentes Echeverría "
     "Escudero Espinosa Etxaniz Figueroa-Soto Fuentealba Gallardo Garmendia Gorostiza Heredia "
     "Ibáñez Iturralde Jaramillo Laguna Larrañaga Ledesma Llorente Maldonado Monteagudo Mosquera "
     "Muñecas Nájera Noriega-Paz Ordóñez Otaegui Palomares Peñalver Quintanilla Rebolledo "
     "Ruizgómez Saavedra-Luz Sanabria Santillana Sepúlveda Tejada Uribe-Pinto Valdivieso Velarde "
     "Villalobos Yáñez Zaldívar Zubiri"),
    "portuguese": ("Portuguese", 3, False,
     "Afonso Álvaro Américo Antônio Artur Augusto Baltazar Bento Caetano Estêvão Fernão Gaspar "
     "Henrique Inácio João Joaquim Jorge José Leandro Lourenço Manuel Nuno Paulo Rui Sebastião "
     "Simão Tomé Vasco",
     "Amália Aurora Beatriz Conceição Fernanda Filipa Graça Helena Inês Isaura Leonor Lídia "
     "Luísa Manuela Mafalda Rosália Teodora Teresa Ursula Zulmira",
     "Abrantes Albergaria Almeidinha Amaral Antunes-Reis Azevedo Bandeirinha Barroca "
     "Brandariz Brandão Cabaços Calheiros Camargo Carvalhal Cerqueira Coutinho Falcão "
     "Fontoura Gouveia Guimarães Leitão Lobato Magalhães-Sá Meireles Mesquita Moniz Nogueira "
     "Pacheco Penalva Pinhão Quadros Queiroga Rebelo Sampaio Serrão Simões Tavares Teixeirão "
     "Valadão Vasconcelos"),
    "italian": ("Italian", 6, False,
     "Achille Aldo Alessandro Amedeo Angelo Anselmo Arturo Attilio Battista Carlo Cesare Corrado "
     "Cosimo Dino Domenico Egidio Enzo Ettore Fabio Filippo Gaetano Giacinto Gian Gino Giovanni "
     "Guido Ivo Lorenzo Luigi Marcello Mariano Niccolò Nino Oreste Pasquale Piero Renzo Sandro "
     "Tullio Ugo Umberto Vincenzo",
     "Adalgisa Agnese Alba Assunta Bianca Camilla Carla Chiara Claudia Concetta Donatella Elena "
     "Emma Fiammetta Franca Giulia Ines Letizia Lucia Luisa Marisa Mirella Ninfa Ornella Paola "
     "Raffaella Rosalba Silvana Teresa Vittoria",
     "Abbagnale Accursi Albertazzi Amoretti Anguissoli Baldacchini Barbolani Bassanelli "
     "Bellincioni Bentivegna Boccardo Bonaventuri Brambilla Cacciaguerra Calandrino "
     "Camposampiero Canevari Carbonera Castelfranco Ceccarini Colajacono Corsaletti Dandolini "
     "Delfrate Donzelli Fabbricotti Falconieri Ferrantelli Finocchietti Gallarati Ghirlandini "
     "Giacomelli Grimaldeschi Guarnaschelli Lanfranconi Locatelli Malaspini Mandelli Marescotti "
     "Mezzabarba Montecuccoli-Re Nicolosi Novelli Orsatti Pallavera Passalacqua Pelliccioni "
     "Piovanelli Quaranta Ravizza Ricciardelli Rondinelli Sacchetti Santacroce Scaramella "
     "Serristori Spadafora Squarcialupo Tagliaferro Tornabuoni Ubaldini Vannuccini Vitaliani "
     "Zambeccari Zuccarelli Cantoni Forlani"),
    "polish": ("Polish", 4, False,
     "Andrzej Bogdan Bolesław Bronisław Czesław Edward Eugeniusz Grzegorz Henryk Jacek Janusz "
     "Jerzy Józef Kazimierz Krzysztof Leszek Ludwik Łukasz Maciej Marek Michał Mieczysław Paweł "
     "Piotr Ryszard Stanisław Tadeusz Wacław Wiesław Wojciech Zbigniew Zdzisław",
     "Agnieszka Aniela Barbara Bożena Danuta Elżbieta Ewa Grażyna Halina Hanna Irena Jadwiga "
     "Joanna Krystyna Łucja Małgorzata Maria Stefania Świętosława Urszula Wanda Zofia",
     "Adamowski Bąkiewicz Bednarczyk Białoszewicz Borzęcki Brzozowicz Chmieliński Ciechanowicz "
     "Czajkowicz Dąbrowicki Drzewiecki Dziedzicki Gajewicz Gąsiorek Głowiński Grabczyk Gwóźdź "
     "Jabłonowicz Jaźwiński Kaczmarzyk Kłosowicz Kołodziejski Kościelak Krzemiński Kwiecień "
     "Leśniewicz Łabędzki Łukomski Mazurkowicz Młynarczyk Niedźwiecki Ostrowicki Pęczak Pietrzyk "
     "Podgórny Radwański-Lis Rzepecki Sienkowicz Skowroński Śliwowski Świerczyna Szafranek "
     "Szczepanik Tomaszkiewicz Trzciński Wąsowicz Węgrzyn Wiśniowiecki-Bór Wróblicki Zagórny "
     "Zawistowicz Żabicki Żurowicz"),
    "czech": ("Czech", 3, False,
     "Alois Antonín Bohumil Bořivoj Břetislav Dušan Eduard František Ivo Jan Jaromír Jaroslav "
     "Jindřich Jiří Josef Karel Ladislav Lubomír Luděk Matěj Miloš Oldřich Ondřej Otakar Pavel "
     "Petr Přemysl Radek Řehoř Stanislav Václav Vladimír Vlastimil Vojtěch Zdeněk Čeněk",
     "Alžběta Anežka Běla Blažena Božena Dana Drahomíra Eva Hana Helena Jarmila Jitka Kateřina "
     "Květa Libuše Ludmila Milada Naděžda Růžena Šárka Vlasta Zdeňka",
     "Bělohrad Beneďák Bílkovec Brázdil Březina Cihlář Čapkovec Černohouz Doležil "
     "Drábek Dvořin Fiedlerák Hájíček Havlíčka Holubář Horňák Hrdličný Hřebíček Jandáček "
     "Javůrek Kadleček Kolářík Kopřiva Košťál Králíček Krejčiřík Křížala Kubánek Loučka "
     "Malíř Matoušek Měšťan Mlynář Nedbalík Ovesný Pěnkava Pospíšilík Řezanka Říhovský "
     "Sedmík Skřivánek Slavíčka Smrček Strnadel Šafránek Šimůnek Šťastník Tichánek Tůmovec "
     "Vaněček Vítovec Vrabčík Zajíček Žďárek Železník"),
    "hungarian": ("Hungarian", 3, False,
     "Ádám Antal Árpád Attila Balázs Béla Dénes Elemér Endre Ernő Ferenc Gábor Gáspár Gergely "
     "Gyula Imre István János Kálmán Károly László Lőrinc Mihály Miklós Ödön Ottó Pál Sándor "
     "Szilárd Tibor Zoltán Zsigmond",
     "Ágnes Aranka Borbála Edit Erzsébet Etelka Éva Ildikó Ilona Jolán Judit Katalin Klára Magda "
     "Márta Piroska Rózsa Sarolta Terézia Zsófia Zsuzsanna",
     "Asztalos Bárdosi Beregszászi Bíróczi Bodnárffy Csapodi Cserháti Csizmadia Darvasi "
     "Dobosváry Erdőházi Fazekasi Földvári-Nagy Gálffy Gyökössy Gyarmathy Hajdúkövi Halmosy "
     "Hegedüsy Hollósi Igmándi Juhászi Kádárfi Kemenesi Kerekesházi Kolozsi Körmöczi Kőszegvári "
     "Lakatosi Mészöly-Tar Mezőhegyi Molnárfi Nádudvari Nyerges Orbánczi Pálóczi "
     "Pásztorfi Rákosfalvi Révész-Kun Sárközi Somogyvári Szabolcsi-Vad Szekeresi Szűcsi Takácsfi "
     "Telekfalvi Tűzkői Ujfalusi Várkonyi Vadászi Zentay Zsoldosi"),
    "romanian": ("Romanian", 3, False,
     "Alexandru Anghel Aurel Bogdan Călin Cezar Constantin Cornel Corneliu Dănuț Doru Dumitru "
     "Emil Gheorghe Grigore Horia Ilie Ionuț Iuliu Laurențiu Liviu Mihai Mircea Nicolae Octavian "
     "Petru Ștefan Sorin Traian Vasile Virgil",
     "Adina Ana Aurica Cătălina Crina Doina Elena Florica Ileana Ioana Lăcrămioara Lenuța "
     "Luminița Măriuca Mihaela Rodica Ruxandra Sanda Smaranda Tatiana Viorica Zamfira",
     "Adăscăliței Albescu Alexandrescu Băcanu Bălășoiu Bârsănescu Boeriu Brădeanu Bunescu "
     "Călugăru Câmpeanu Cernătescu Ciobotaru Codreanu Cojocărescu Dălgeanu Dumitrașcu "
     "Făgărășanu Fântânaru Gârboveanu Ghețău Grădinaru Hârlea Iliuță Lăzăroiu Lupșan Măcelaru "
     "Mărgineanu Moldovăț Morărescu Negruțiu Olărescu Pădureanu Pârvulescu Păstorel "
     "Prodănescu Rădulețu Săvulescu Șerbănoiu Stoicănescu Tepordei Turcanu Ursăchescu Văcăroiu "
     "Zărnescu"),
    "slavic": ("South Slavic", 4, False,
     "Aleksandar Ante Blagoj Bojan Boris Branimir Dejan Dragan Dragoljub Đorđe Đuro Franjo Goran "
     "Hrvoje Ivica Josip Krešimir Ljubomir Marko Matija Milivoj Mirko Nebojša Nenad "
     "Nikola Predrag Ratko Siniša Slobodan Stjepan Tihomir Tomislav Veljko Vuk "
     "Zdravko Žarko Željko Ćiro",
     "Anđela Biserka Branka Danica Dragica Đurđa Gordana Jasna Jelena Katarina Ljerka Ljiljana "
     "Marija Milica Mirjana Nada Nevenka Radmila Ružica Snežana Stana Vesna Višnja Živka",
     "Adžić Antunčić Babarović Bajčetić Borišinec Biličić Bjelogrlić Bogojević Brankovac "
     "Čakarević Cvetanović Dešković Drobnjak Đaković Đurašević Filipovac Glavinić Golubić "
     "Gvozdenac Hadžić Jagodinac Jelačin Jurčević Kašikar Klasnić Kneževac Kosanović Kovačina "
     "Krunić Lončarina Ljubišić Maričević Mlađenac Mrkšić Obrenčić Ognjenac Pavičevac Pereković "
     "Popadić Radmanac Rajčević Ristanac Šegvić Škorjanec Slijepčević Šubašina Tadijin Tešanac "
     "Topalović Ubiparip Vidmarec Vlašić-Ban Vukadinac Zelenović Žganec Žujović Ćosin"),
    "greek": ("Greek", 3, False,
     "Alekos=Αλέκος Anastasios Andreas Apostolos Christos Dimitris Fotis Giorgos Ilias=Ηλίας "
     "Kostas=Κώστας Leonidas Manolis=Μανώλης Menelaos Nikos Panagiotis Petros Spyros "
     "Stavros Stelios=Στέλιος Thanasis Themistoklis Vangelis Yannis",
     "Aliki Anthi Despina Eirini Eleni Evgenia Fotini Kalliopi Katerina Lambrini "
     "Maria Olympia Panagiota Sofronia Stavroula Vasiliki Xenia Zoi",
     "Alevizakis Anagnostou Armenakis Chatzimarkou Dalakouras Delivorakis Fragkoulis "
     "Galanakis Gerolymatos Kalogeras Karvounas=Καρβουνάς Kefalianos "
     "Kladakis Kontopidis Koutrouvas Labridis Lefkaditis Mavropalis "
     "Mylonakis=Μυλωνάκης Nikolareas Pachygiannis Papafotiou Perdikaris Psarrakis "
     "Rigopoulos Samarakas Sideratos=Σιδεράτος Skouloudis Stamatelos Tzavaras Tsangaridis "
     "Vamvakidis Vlachakis Xydakis Zografakis"),
    "russian": ("Russian", 5, False,
     "Afanasy Aleksei Anatoly Andrei=Андрей Arkady Boris=Борис Vadim Dmitri=Дмитрий Eduard "
     "Fyodor Gennady Gleb Grigory Igor Ilya Kirill Konstantin Leonid "
     "Maksim Mikhail Nikita Nikolai Oleg Pavel=Павел Rodion Semyon=Семён Sergei=Сергей "
     "Stepan Taras Timofei Valentin Valery Vasily Viktor Vitaly Vsevolod Yakov "
     "Yevgeny Yuri",
     "Aleksandra Alla Anfisa Antonina Daria Galina Ksenia Lidia Larisa Lyudmila Marfa Nastasia "
     "Nadezhda Nina=Нина Oksana Praskovya Raisa Svetlana Tamara Tatyana Ulyana "
     "Valentina Vera Zinaida",
     "Agapkin Barsukov=Барсуков Bezrodny Bobylev=Бобылев Chernyshin=Чернышин Dobrolyubin "
     "Drozdin Dubrovin Ershov Galushko Golovanchuk Gorbunenko Gruzdev Ignatyuk Kalachev Karpenkov "
     "Khlebnikin Kobyzev=Кобызев Kolesnichenko Kosichkin Kravchuk Kruglov Kudryavin "
     "Lopatkin=Лопаткин Lukashin Melnichuk Mukhortov Nechayev Obukhin Ovcharenko "
     "Pankratyev Pastukhin Pirogovsky Polozkov Prikhodchenko Ryabushkin Samokhin "
     "Shcherbakin Shumilkin "
     "Sinitsyn=Синицын Skvortsin Solodovnik Strizhin Sukhorukin Tarakanin Terentyuk "
     "Tsvetkin Tyulenev Ukhtomin Utkinov Vdovichenko Vorobyin=Воробьин Yablochkin "
     "Yurasov Zaitsevich Zhuravkin Zubarevich Zvyagin Zykin"),
    "turkish": ("Turkish", 3, False,
     "Ali Altan Aydın Bülent Burhan Cahit Cemal Cevdet Çetin Ekrem Emre Ercan Erol Fikret Gökhan "
     "Hakan Halil Haluk Hüsnü İbrahim İlhan İsmet Kadir Kâzım Kemal Levent Metin Nâzım Orhan "
     "Özgür Rıfat Rıza Sabri Selim Suat Şakir Şevket Tarık Turgut Uğur Vedat Yılmaz Zeki",
     "Aslı Ayla Ayşe Berna Canan Çiğdem Ebru Emine Fatma Feride Gül Gülten Hatice Jale Leyla "
     "Melek Meral Müjde Nermin Nilüfer Nurhan Özlem Pınar Sevgi Şükran Tülay Yıldız Zeynep",
     "Akbulutlu Aksoylar Altınok Arıkan Aydoğdu Bağcıoğlu Balıkçı Başaran Berberoğlu Bozdağlı "
     "Büyükada Çamlıbel Çelebioğlu Çınarlı Dağıstan Değirmenci Demirağaç Doğruyol Ekinci "
     "Erdoğmuş Eryılmaz Gökçeli Güldağı Gümüşpala Günaydın Hacıömer İnceoğlu İpekçigil Kahveci "
     "Karabıyık Kayacıklı Kılıçarslan Kızıltan Kocabaşoğlu Köprülüzâde Kuyumcuoğlu Müftügil "
     "Odabaşı Örnekol Özbaşar Özdemirağ Pehlivanlı Sarıgöl Saraçoğlu Şahinbaş Şenyuva "
     "Taşkıran Terzibaşı Toprakçı Tütüncü Uluçay Üstündağ Yağcı Yalçınkaya Yüceer Zeytinoğlu"),
    "arabic": ("Arab", 4, False,
     "Abbas Adel Ahmad Anis Bashir Faisal Farid Fuad Habib Hadi Hani Hassan "
     "Hisham Ibrahim Jamal Kamal=كمال Khalil Mahmoud Majid Mansour Mounir Mustafa Nabil Nadim "
     "Naji Nizar Rafiq Ramzi Rashid Rida Saad Sabri Salim=سليم Samir Tahar Talal Tariq Wadih "
     "Walid Yahya Yusuf Zaki",
     "Aisha Amal Amina Asma Dalal Fadwa Farida Fayrouz Hanan Huda Iman Jamila Khadija "
     "Latifa Layla=ليلى Mona Nadia Najwa Nawal Rabia Salma=سلمى Samira Siham Suad Wafa Yasmin "
     "Zahra",
     "Abdelkarim Abu-Shanab Akkawi Al-Bustani al-Dabbagh al-Farouki al-Ghazzawi "
     "al-Hallaq al-Jundi al-Khayyat al-Makdisi al-Najjar-Bey al-Qattan "
     "al-Rifai-Deeb al-Sabbagh al-Tawil=الطويل al-Warraq Ayyadi Azzouz Baccouche Barghash "
     "Belhadj Benachour Bencheikh Benjelloun Boukhari Chaouki Daghfous Dajani Darwazeh "
     "Fakhouri Ghandour Ghorbel Guessous Haddad=حداد Hamdouni Jabbour Jerbi Kabbani "
     "Karam Khlifi Khoury Lahlou Mahfoudi Mansouri Masmoudi Nassif Qasimi "
     "Rahbani Saadallah Sabbah Sayegh Shartouni Tabbara Tamimi Touati Yaziji Zarrouk "
     "Zeitoun"),
    "hebrew": ("Jewish", 3, False,
     "Amnon Amos Aryeh Asher Avraham Baruch Boaz Chaim=חיים Dov Ehud Eliezer Ephraim "
     "Gershon Hillel Itzhak Mordechai Moshe=משה Naftali Nachman Pinchas Reuven Shimon "
     "Shlomo Tzvi Uri Yaakov Yehuda Yigal Yoav Yosef Zalman Zev",
     "Adina Aviva Batya Chana Dalia Dina Drora Gila Hadassah Leah Malka Michal Mira Naomi Ora "
     "Penina Rachel=רחל Rivka Shoshana Shulamit Tova Tzipora Yael Zehava",
     "Abulafi Adlerstein Almagor Altshuler Bar-Giora Bar-Noy Ben-Ezer Ben-Haviv Bialoguski "
     "Chazanov Dinaburg Elkayam Epelbaum Feigenblum Finkelkraut Galperin Gelbard Ginzel "
     "Gorelikov Halpernson Hendlisch Kaminetz Karmi=כרמי Katzenelson Kimmelman Kravitzky "
     "Landauer Lifshutz Mandelkorn Margaliot Melamed=מלמד Navonel Ofraim Perlstein "
     "Pinczower Rabinerson Rappaport Sapirstein Segalovich Shapirsky Sheinfeld Sofer "
     "Tannenzapf Tchernow Vilnay Wolfsohn Yadlin Zaltsman Zilberfarb"),
    "persian": ("Persian", 2, False,
     "Abolfazl Alireza Amir Arash Bahram Bijan Dariush Ebrahim Esfandiar Farhad Fereydoun Ghasem "
     "Hooshang Houman Iraj Jamshid Javad Kaveh Keyvan Khosrow Manouchehr Masoud Mehdi Nader "
     "Parviz Rostam Shahram Siamak Sohrab",
     "Azar Fatemeh Fereshteh Forough Golnaz Homa Laleh Mahin Mahvash Maryam Mehrnaz Mina "
     "Nahid Nasrin Parvaneh Pouran Roya Shahla Shirin Simin Soraya Taraneh Yalda Zohreh",
     "Abkenari Afrashteh Ardakani Atashpour Bagherzadeh Behzadpour Bidarian Daneshvari "
     "Dehghanpour Ebtehajian Fallahzadeh Farzanegan Ghahremanlou Golestanpour Hedayatian "
     "Jahanbeglou Javaherian Kadkhodaei Kalantarzadeh Kermanian Khodabandeh Kiarashi Lahijani "
     "Mahdavikia Malekpour Mirfakhrai Moayedi Nakhjavan Navidpour Ostadali Parsapour Pirouzian "
     "Rezvanian Sabouripour Sepehrdad Shafizadeh Taborchi Tavakolian Vaziripour Yazdanfar "
     "Zandpour Zarrinkelk"),
    "indian": ("Indian", 6, False,
     "Abhay Ajit Amitava Anand Anil Arun Ashok Balwant Bhaskar Chandrakant Debashis "
     "Dhiren Dilip Dinesh Gautam Girish Gopal Harish Hemant Jagdish Jayant Kailash Kishore "
     "Mahesh Manohar Mohan Naresh=नरेश Nirmal Pradeep Prakash Prem Raghunath Rajendra Ramesh=रमेश "
     "Ravi Sanjay Satish Shankar Subhash Sudhir Suresh Tapan Uday Vijay Vinod Vishnu Yashwant",
     "Anjali Aparna Asha Chitra Deepa Geeta Hema Indrani Jaya Kalpana Kamala=कमला Kavita Lalita "
     "Leela Madhuri Malati Meenakshi Mridula Nalini Nirmala Padma Parvati Pushpa Radhika Rekha "
     "Sarala Savitri Shanta Sharda Sudha Sunita Uma Usha Vasudha Vimala",
     "Adhikary Agashe Apte Ayyangar Bandodkar Basumatary Bhandarkar Bhattarai Biswal "
     "Chakladar Chaturvedi Chettiar Dandekar Dasgupto Deshmane Dhavale Dikshitar "
     "Gadgil Ganguli Ghoshal Gokhaley Hegdekar Inamdar Jadhavrao Joglekar Kamatkar "
     "Kanetkar Karmarkar Kelkar=केलकर Khandekar Krishnaswami Kulshrestha Lahiri Mahajani "
     "Majumdar Malhotray Mirchandani Mukhopadhyay Nambiar Natarajan Pachpande "
     "Padmanabhan Parulekar Patwardhan Pillay Ramachandra Ranganathan Sabnis "
     "Sahasrabuddhe Sanyal Saraswat Sengupta Shrivastav Sivasankar Subramaniam "
     "Tamhane Tilakraj Trivedi Vaidyanath Venkatraman Wadekar Yagnik"),
    "chinese": ("Chinese", 5, True,
     "Bo Changming Chengzhi Chunlin Daming Defu Dehua Gang Guangyao Guoliang Haifeng Hongwei "
     "Huabin Jianguo Jiaming Jingwen Junfeng Kai Kuan-yu Liang Mingde=明德 Peiyuan Qiang "
     "Renjie Shaohua Shiming Shulin Tiancheng Weimin Wenbo Wenjie Xiangdong Xiaolong "
     "Xinhua Yaozhong Yifan Yongkang Youming Zhengguo Zhenhua Zhiyuan Zihao",
     "Aihua Baozhen Cuilan Fenglan Guiying Huifang Jiayi Jinghua Lanying Lihua Lijuan Meiling "
     "Meizhen=美珍 Peiling Qiuyue Ruolan Shufen Shuhui Suzhen Wanyu Xiaomei Xiulan Xueqin Yanmei "
     "Yulan Yueying Yuzhen Zhenzhu",
     "Bai Cao Cen Dai Deng Ding Du Fang=方 Feng Gu Guan Han He Hua Huang Jia "
     "Jin Kang Kong Lai Lei Liao Lu=陆 Luo Ma Meng Miao Ni Ouyang Pan Pei Qian Qin Qiu "
     "Ren Shao Shen Shi Song Su Tan Tang Tian Tong Wan Wei Wen Xia Xiong Xu Xue "
     "Yan Yao Ye Yin You Yu Zang Zeng Zhai Zhan Zhong Zhu Zou"),
    "japanese": ("Japanese", 5, False,
     "Akio Atsushi Chikara Daisuke Eiji Fumio Genji Haruki Hideo Hiroshi Ichirō Isamu Jirō "
     "Kazuo=和夫 Ken Kenji Kiyoshi Kōichi Makoto Masao Minoru Mitsuo Noboru Osamu Ryūichi Saburō "
     "Satoshi Seiji Shigeru Shinji Shōzō Susumu Tadashi Takashi Takeo Tetsuo Toshirō Tsutomu "
     "Yasuo Yoshio Yūji Yukio",
     "Akiko Asako Chieko Etsuko Fumiko Hanae Haruko Hisako Kazuko Kimiko Kyōko Mariko Masako "
     "Michiko Midori Miyoko Naoko Noriko Reiko Sachiko Sayuri Setsuko Shizue Sumiko Teruko "
     "Tomiko Yasuko Yūko Yuriko",
     "Amagase Aoshima Asakawa Ashidate Chibana Doihara Enokido Fujikake Fukamachi Furuhashi "
     "Hagimoto Hanawa Hasebe Higashiyama Hirasaka Horiguchi Hosokoshi Iijima Ikegami "
     "Imaizumi Inagaki Ishibane Iwakura Kagawara Kajikawa Kamemura Kanbara Katsuragi "
     "Kitamori Kōnoike Kuramitsu Kurosaki Machida Makihara Matsukage Minagawa "
     "Mitsuhashi Mizukoshi Morikage Murakoshi Nagakubo Nakanobe Namiki Nishigori Nogami Numata "
     "Obayashi Ogasahara Okitsu Onodera Saegusa Sakurada Sasamori Sawamura Sekiguchi "
     "Shibasaki Shinohara Sugimori=杉森 Takabatake Tamegai Terashima Tokugane "
     "Tomioka Tsuchiya Uehara Umezawa Wakabayashi Yagihara Yamazoe Yokomizu Yonekura"),
    "korean": ("Korean", 2, True,
     "Byung-ho Chang-su Chul-min Dae-won Dong-hyun Geun-tae Gyu-won Ha-joon Hae-won "
     "Hyun-seok In-ho Jae-won Ji-hoon Jong-su Jun-ho Ki-tae Kwang-jin Man-sik Min-seok=민석 "
     "Myung-soo Sang-chul Seung-woo Si-woo Sung-min Tae-yang Won-jae Woo-jin Yong-ho "
     "Young-min=영민 Yoon-jae",
     "Bo-young Eun-ju Eun-kyung Hae-rin Hye-jin Hye-sook Ji-soo Ji-won Kyung-hee Mi-kyung "
     "Mi-sook Min-ah Myung-ja Seo-yeon So-hee Soo-jin Sun-hwa Sung-ja Yeon-joo Young-ae",
     "Ahn Baek Bang Bong Cha Chun Eom Geum Guk Gwak Ham Heo Hyeon Jang=장 Jeon "
     "Ji Jin Joo Ki Kwon Maeng Min Moon Myeong Namgung Noh=노 Pyo Sagong Seol "
     "Seong Shin Son Tak Uhm Wang Woo Yang Yeo Yook"),
    "african": ("African", 5, False,
     "Abdoulaye Abebe Adebayo Adekunle Akinwale Amadou Ayodele Babatunde Chidi Chinedu Emeka "
     "Femi Ifeanyi Kamau Kipkemboi Kofi Kojo Kwabena Kwaku Kwasi Mamadou Mekonnen "
     "Mwangi Nnanna Obinna Okechukwu Olusanya Ousmane Sekou Sipho Thabo Tendai Tesfaye "
     "Uchenna Yaw Yohannes",
     "Abena Adaeze Adwoa Afua Akosua Aminata Amara Awa Bukola Chiamaka Efua Fatoumata Folasade "
     "Funmilayo Ifeoma Kehinde Makena Mariama Ngozi Nneka Nomvula Nyambura Oluchi Selam Temitope "
     "Thandiwe Titilayo Wambui Wanjiku Yetunde Zodwa Ama",
     "Abankwa Acheampong-Boa Adeleke Adeyanju Afolayan Agyeman Akinfolarin Amoako Anyanwu "
     "Asantewa Asfaw Awolaja Ayorinde Badmus Baloyi-Nene Bekele-Worku Bhebhe Boateng-Kuma "
     "Chukwuma Diakhate Dlamuka Ejiofor-Uche Ekwueme-Ani Fagbenle Gachanja Gebreyes Githinji "
     "Ibekwe Kariuki Kiprono Lamptey Macharia Mabuza Mensah-Tei Mokoena Mthembu Ndiritu Ndoye "
     "Njoroge Nkansah Nwachukwu Nyarko Obafunwa Odukoya Ogunlade Okonjo-Eze Olatunji-Bello "
     "Omotoso-Ilo Onwuka Opoku-Danso Oyelaran Quartey Sarpong Sithebe Tshabangu Uzoma Wachira "
     "Woldeyes Yeboah Zulu-Khoza"),
}

# --- Trades ------------------------------------------------------------------------------------
# key: (weight, born from, born to, women born from, occupations, subjects studied,
#       "best known for ...", things done early, in mid-career, late).
# An occupation may end in @from-to (years of birth). One phrase a line; all verb phrases are in
# the past tense with the subject left out, so that any of them can be joined in order.
# Slots: {Q} another city, {U} a university's city, {y} a year (they ascend), {n} two to nine,
# {tens} a larger number, {title} a work, {mentor} a person, {subj} a subject, {trade} a craft,
# {atrade} the same with its article, {he} {his} {him} {wife} {son} by gender.

TRADES = {
    "art": (11, 1720, 1990, 1720,
        "painter; landscape painter; portrait painter; sculptor; illustrator; engraver@1720-1890; "
        "etcher; miniaturist@1720-1880; watercolourist; printmaker@1860-; muralist@1870-; potter; "
        "photographer@1825-; textile designer@1850-; poster artist@1860-; cartoonist@1840-; "
        "draughtsman@1720-1930; wood engraver@1760-1930",
        "drawing; painting; sculpture; life drawing; the graphic arts; decorative painting",
        """{his} views of {Q}
portraits of musicians and actors
scenes of harbours at dusk
{his} studies of horses
a series of prints called {title}
small portraits of working people
{his} still lifes with glass
the murals in the town hall at {Q}
illustrations for children's books""",
        """learned {subj} from {mentor}
studied {subj} at the academy in {Q}
won a travelling scholarship to {Q} in {y}
drew signs and playbills for a living
was taught {subj} by {mentor} in {Q}
worked in a lithographer's shop in {Q}""",
        """kept a studio in {Q} for {tens} years
exhibited in {Q} from {y} onwards
sold {his} first large work in {y}
travelled through the mountains with a sketchbook
painted the portraits of {n} mayors
shared a studio in {Q} with {mentor}
showed {n} pictures at the spring exhibition of {y}
designed stained glass for {n} churches
illustrated {n} volumes of fairy tales
took a house near {Q} to draw the river
spent {n} winters drawing in {Q}
cast the bronze doors of a bank in {Q}
gave up colour altogether for {n} years""",
        """taught {subj} at the art school in {Q}
was elected to the academy in {y}
received a silver medal at {Q} in {y}
left {n} sketchbooks to the museum in {Q}
held a last exhibition in {Q} in {y}"""),
    "music": (10, 1720, 1990, 1740,
        "composer; pianist@1770-; organist; violinist; cellist; singer; tenor; conductor@1780-; "
        "choirmaster; flautist; bandleader@1880-; jazz pianist@1890-; trumpeter; harpist; "
        "guitarist@1800-; songwriter@1850-; drummer@1900-; folk singer@1915-; violin maker",
        "the piano; the violin; composition; harmony; singing; the organ; the cello",
        """the song cycle {title}
{his} {n} string quartets
{his} performances of neglected sonatas
the cantata {title}
dance tunes that were whistled all over {Q}
arrangements of folk songs
a collection of studies for the left hand""",
        """studied {subj} at the conservatory in {Q}
sang in the cathedral choir at {Q}
took lessons in {subj} from {mentor}
gave a first recital at the age of {n}
learned {subj} from a blind neighbour
played in cafés to pay for {his} lessons""",
        """toured with an orchestra from {Q} for {n} seasons
became organist of the great church at {Q} in {y}
gave recitals in {Q} and {Q}
wrote {n} operas that were never staged
played second violin in an orchestra in {Q}
conducted the choral society of {Q} until {y}
gave {n} concerts with {mentor}
published a book of {tens} songs in {y}
accompanied singers in {Q} for {tens} years
collected folk tunes from fishermen
composed a mass for the cathedral in {Q}
performed {his} own concerto in {Q} in {y}
founded a quartet that lasted {n} years""",
        """taught {subj} at the conservatory in {Q}
was made an honorary citizen of {Q} in {y}
wrote a manual of {subj} that is still in use
gave a farewell concert at {Q} in {y}
directed the summer festival in {Q}"""),
    "stage": (6, 1750, 1990, 1750,
        "actor; comedian@1840-; dancer; choreographer@1850-; playwright; theatre director@1850-; "
        "ballet dancer@1800-; puppeteer; stage designer@1850-; theatre manager; magician; "
        "circus rider@1780-1930",
        "acting; dance; elocution; stagecraft; mime",
        """the title role in {title}
comic parts in rural plays
{his} solo shows about sea captains
the play {title}
a much imitated dance on a single chair
playing kings and beggars with equal dignity""",
        """joined a travelling company at {teen}
made a first appearance on the stage in {Q}
trained in {subj} with {mentor}
ran away from school to join a troupe in {Q}
studied {subj} in {Q}""",
        """played in {Q} for {n} seasons
managed a small theatre in {Q}
took the play {title} to {Q} in {y}
appeared in {tens} productions
danced in {Q} under {mentor}
wrote {n} comedies for the company at {Q}
staged {title} in {Q} in {y}
formed a company with {mentor}
lost a fortune on a theatre in {Q}
toured the provinces with {title}
was engaged by the municipal theatre in {Q}""",
        """taught {subj} to young actors in {Q}
left the stage in {y}
returned to {Q} to direct {title}
published memoirs under the title {title} in {y}"""),
    "film": (4, 1885, 1990, 1885,
        "film director; film actor; screenwriter; cinematographer; film editor@1895-; "
        "documentary maker@1900-; animator@1900-; film producer; television presenter@1925-; "
        "radio announcer@1900-; television actor@1925-; sound engineer@1915-",
        "acting; photography; film; design; journalism",
        """the film {title}
{his} part in the serial {title}
short films about canals and railways
the documentary {title}
{his} work with the director {mentor}
a series of films about gardens""",
        """began as a projectionist in {Q}
studied {subj} in {Q}
worked as an assistant to {mentor}
made a first short film in {y}
ran a film club in {Q}""",
        """directed {n} feature films
shot the film {title} in {Q}
appeared in {title} in {y}
wrote the script of {title} with {mentor}
made a film on the history of {Q}
worked for a studio in {Q} until {y}
had a part in {n} films by {mentor}
moved to {Q} to work for a studio there
filmed the harvest in {n} countries
photographed {title} for {mentor}""",
        """won the jury prize at {Q} in {y}
taught film in {Q}
was honoured at the festival in {Q} in {y}
turned to directing plays for the radio"""),
    "letters": (10, 1720, 1990, 1720,
        "poet; novelist; writer; short story writer; children's author@1800-; essayist; "
        "translator; crime novelist@1860-; travel writer; literary critic; diarist; "
        "science fiction writer@1890-; hymn writer@1720-1900; biographer; lexicographer",
        "literature; classics; languages; history; philosophy",
        """the novel {title}
the verse collection {title}
{his} letters to {mentor}
{n} novels set in {Q}
stories about the marsh country
the trilogy that began with {title}
a dictionary of dialect words
translations of old ballads""",
        """published a first poem at the age of {teen}
studied {subj} at {U}
wrote {his} first stories in a boarding house in {Q}
earned a living as a copyist in {Q}
read {subj} at the University of {U}""",
        """published the novel {title} in {y}
brought out {n} volumes of verse
edited a literary review in {Q}
wrote {title} during a winter in {Q}
translated {n} novels by {mentor}
lived by reviewing books for newspapers in {Q}
set {n} stories in {Q}
kept a diary for {tens} years
contributed essays to magazines in {Q} and {Q}
followed it with {title} in {y}
burned the manuscript of {title} in {y}
ran a small press in {Q} with {mentor}""",
        """received the city prize of {Q} in {y}
finished {title} shortly before {his} sight failed
wrote nothing after {y}
gave {his} library to {Q}
revised the early poems as {title} in {y}"""),
    "press": (4, 1800, 1990, 1860,
        "journalist; newspaper editor; war correspondent@1830-; columnist@1850-; publisher; "
        "sports writer@1860-; printer; broadcaster@1890-; foreign correspondent@1830-; critic",
        "history; law; languages; political economy; literature",
        """{his} reports from {Q}
the column {title}
interviews with retired generals
an exposure of the water company of {Q}
dispatches that were reprinted in {Q} and {Q}
the magazine {title}""",
        """set type for a newspaper in {Q}
studied {subj} in {Q}
joined an evening paper in {Q} as a messenger
sent a first article to a paper in {Q} in {y}""",
        """reported from {Q} for {n} years
edited the morning paper of {Q} until {y}
founded the weekly {title} in {y}
covered {n} elections
wrote a column on country life
was expelled from {Q} in {y}
went to {Q} as a correspondent in {y}
bought a failing newspaper in {Q}
published the memoir {title} in {y}
interviewed {mentor} in {Q}""",
        """retired from the paper in {y}
taught reporting in {Q}
won a prize for {his} reports in {y}
wrote a history of newspapers in {Q}"""),
    "scholar": (8, 1720, 1990, 1860,
        "historian; philologist; archaeologist@1780-; philosopher; economist@1760-; "
        "linguist@1800-; "
        "librarian; classical scholar; orientalist@1740-1930; folklorist@1790-; "
        "musicologist@1840-; "
        "sociologist@1860-; anthropologist@1850-; art historian@1820-; geographer; archivist; "
        "political scientist@1890-; psychologist@1870-; educator",
        "history; philology; philosophy; classics; theology; economics; ancient languages; law",
        """a history of the guilds of {Q}
{his} edition of medieval charters
the study {title}
work on the trade routes of the middle ages
a grammar that went through {n} editions
excavations near {Q}
essays on custom and law""",
        """studied {subj} at the University of {U}
took a degree in {subj} at {U} in {y}
wrote a thesis on {subj} under {mentor}
attended lectures in {subj} in {U}
held a scholarship at {U}""",
        """taught {subj} at {U} for {tens} years
was professor of {subj} at the University of {U} from {y}
catalogued the manuscripts of the library in {Q}
published {title} in {y}
dug for {n} seasons on a hill near {Q}
edited the letters of {mentor}
read in the archives of {Q} and {Q}
lectured in {Q} on the history of {subj}
compiled a bibliography of {n} thousand titles
founded a journal of {subj} in {y}
spent {n} years in {Q} copying inscriptions
quarrelled in print with {mentor}""",
        """was dean of the faculty in {U} until {y}
received an honorary doctorate from {U}
completed the last volume of {title} in {y}
left {tens} notebooks to the library in {Q}"""),
    "science": (8, 1720, 1990, 1860,
        "botanist; chemist@1740-; astronomer; physicist@1780-; mathematician; geologist@1750-; "
        "entomologist@1760-; zoologist@1760-; naturalist; meteorologist@1780-; biologist@1840-; "
        "biochemist@1870-; ornithologist@1770-; statistician@1840-; computer scientist@1930-; "
        "oceanographer@1850-; crystallographer@1850-; mycologist@1780-",
        "mathematics; chemistry; botany; physics; natural history; astronomy; geology",
        """a much quoted paper of {n} pages
careful experiments with simple instruments
a theory that was accepted only after {tens} years
the textbook {title}
{his} long quarrel with {mentor} over a footnote
popular lectures with live demonstrations
{his} notebooks, kept for {tens} years without a gap
a lecture course given in {Q}""",
        """studied {subj} at the University of {U}
graduated in {subj} from {U} in {y}
worked as an assistant to {mentor} in {U}
took a doctorate in {subj} at {U}
collected plants and shells as a child""",
        """taught {subj} at {U} until {y}
published {n} papers in a single year
directed the observatory in {Q} from {y}
founded a natural history society in {Q}
built {his} own instruments
solved a problem set by {mentor}
ran a laboratory in {Q}
lectured in {Q} and {Q}
corresponded with {mentor} in {Q}
was professor of {subj} in {U}
led an expedition from {Q} in {y}
published {title} in {y}
spent {n} summers taking measurements near {Q}
edited a journal in {Q} until {y}""",
        """received a gold medal from a learned society in {Q} in {y}
was elected a foreign member of the academy in {Q}
gave {his} collections to the museum in {Q}
wrote a popular book called {title}
has a small crater named after {him}"""),
    "medicine": (4, 1720, 1990, 1860,
        "physician; surgeon; pharmacist; psychiatrist@1840-; dentist@1800-; nurse@1830-; "
        "midwife@1720-1940; eye specialist@1800-; pathologist@1820-; paediatrician@1850-; "
        "veterinary surgeon@1770-",
        "medicine; surgery; anatomy; pharmacy; midwifery",
        """the treatment of fevers
a clinic for dock workers in {Q}
an operation on the ear
{his} book on the diseases of miners
reforms in the hospitals of {Q}""",
        """studied {subj} at {U}
qualified in {subj} at {U} in {y}
walked the wards of a hospital in {Q}
trained in {subj} under {mentor}""",
        """practised in {Q} for {tens} years
opened a clinic for the poor in {Q} in {y}
served as a ship's doctor for {n} years
fought an epidemic in {Q}
lectured on {subj} in {U}
was head of a children's hospital in {Q} until {y}
published a handbook of {subj} in {y}
treated {n} thousand people in and around {Q}
ran a field hospital near {Q}
wrote {n} papers on the inner ear""",
        """advised the health board of {Q}
was honoured by the city of {Q} in {y}
retired from practice in {y}
left {his} house to the hospital in {Q}"""),
    "law": (4, 1720, 1990, 1890,
        "lawyer; judge; jurist; notary; barrister; diplomat; consul; magistrate; civil servant; "
        "legal scholar",
        "law; history; political economy; Roman law",
        """the defence of {n} printers in {Q}
a commentary on the commercial code
{his} part in settling a dispute over fishing rights
a reform of the land register""",
        """studied {subj} at {U}
was called to the bar in {y}
read {subj} in the office of {mentor}
took a degree in {subj} at {U}""",
        """practised law in {Q} until {y}
was consul in {Q} for {n} years
sat on the bench in {Q} from {y}
defended {mentor} in a famous trial in {Q}
drafted the harbour regulations of {Q}
served at the embassy in {Q}
opened an office in {Q} in {y}
settled {n} boundary disputes
negotiated a trade agreement in {Q} in {y}
lectured on {subj} at {U}""",
        """was appointed to the court of appeal in {y}
was decorated in {y}
published {title} after leaving the bench
retired to a farm near {Q}"""),
    "politics": (7, 1740, 1985, 1890,
        "politician; trade unionist@1840-; member of parliament@1760-; mayor; social reformer; "
        "suffragist@1830-1900; cabinet minister@1780-; city councillor@1800-; "
        "revolutionary@1760-1930; "
        "peace campaigner@1850-; governor; senator@1780-",
        "law; history; economics; agriculture; languages",
        """a campaign for night schools
{his} speeches on the price of bread
reforming the prisons
building cheap houses in {Q}
opposition to the bridge at {Q}""",
        """worked in a cotton mill as a child
studied {subj} in {U}
worked underground from the age of {teen}
began as a clerk in the town hall at {Q}
organised a strike of dock workers in {Q} in {y}""",
        """sat in parliament from {y} to {y}
was mayor of {Q} for {n} years
was minister of education for {n} months
lost {his} seat in {y}
was imprisoned in {Q} for {n} months
spoke at meetings in {Q} and {Q}
represented a rural district for {tens} years
lived in exile in {Q} until {y}
founded a workers' library in {Q}
campaigned for shorter working hours
was elected to the city council of {Q} in {y}
edited a party newspaper in {Q}""",
        """left politics in {y}
was given the freedom of the city of {Q}
declined a title in {y}
wrote the memoir {title}
helped to found the museum in {Q}"""),
    "church": (4, 1720, 1985, 1960,
        "clergyman; bishop; missionary@1780-; theologian; preacher; monk; army chaplain@1800-; "
        "hymnologist@1780-; abbot",
        "theology; Hebrew; philosophy; the scriptures; canon law",
        """{his} sermons on patience
a translation of the psalms
founding {n} schools for orphans
the hymn {title}
a life of great simplicity""",
        """studied {subj} at {U}
was ordained in {y}
entered a seminary in {Q} in {y}
taught village children before taking orders""",
        """served a poor parish in {Q} for {tens} years
founded an orphanage in {Q} in {y}
preached in {Q} and {Q}
went to {Q} as a missionary in {y}
taught {subj} in {Q}
translated the gospels with {mentor}
was chaplain to the hospital at {Q}
rebuilt {n} churches after a flood
wrote against cruelty to animals
published {n} volumes of sermons""",
        """became a canon in {y}
resigned {his} living in {y}
spent {his} last years in a monastery near {Q}
was buried in the church {he} had rebuilt"""),
    "arms": (4, 1720, 1960, 1990,
        "army officer; naval officer; soldier; admiral@1720-1930; general@1720-1940; "
        "cavalry officer@1720-1900; military engineer; aviator@1880-1930; explorer@1720-1910; "
        "sea captain@1720-1920; surveyor@1720-1920; polar explorer@1820-1900",
        "navigation; engineering; mathematics; fortification",
        """the survey of a difficult coast
the defence of the bridge at {Q}
a map of the southern deserts
a march from {Q} to {Q} in the snow
{his} journals of {n} voyages""",
        """went to sea at {teen}
studied {subj} in {Q}
entered the cadet school in {Q} in {y}
was commissioned in {y}""",
        """commanded the garrison at {Q} until {y}
was wounded near {Q} in {y}
charted {n} islands
led an expedition that set out from {Q} in {y}
was taken prisoner at {Q}
served under {mentor} for {n} years
carried dispatches to {Q}
drew the first reliable map of the upper river
taught {subj} at the staff college in {Q}
crossed the mountains on foot in {y}
was promoted to colonel in {y}
commanded a frigate for {n} years""",
        """left the service in {y}
was decorated in {Q} in {y}
published {title} in {y}
became harbour master at {Q}"""),
    "football": (5, 1868, 1990, 1965,
        "footballer; football coach@1880-; football referee@1880-; goalkeeper; football "
        "manager@1880-; "
        "rugby player; rugby league player@1880-",
        "physical education; bricklaying; joinery; sports science",
        """a goal from the halfway line in {y}
captaining {Q} for {n} seasons
{his} long throws
saving {n} penalties in one season""",
        """played for a works team in {Q}
trained as a joiner
signed for {Q} at {teen}
joined the youth side of {Q} in {y}""",
        """played as a defender for {Q} from {y} to {y}
scored {tens} goals for {Q}
moved to {Q} in {y} for a small fee
won {n} caps for {his} country
captained {Q} to the cup in {y}
missed a season with a broken leg
was transferred from {Q} to {Q} in {y}
played {n} matches for the national team
spent {n} seasons as a winger with {Q}
made {tens} appearances for {Q}
lost a cup final with {Q} in {y}""",
        """coached the juniors of {Q}
managed {Q} until {y}
kept a public house in {Q}
ended {his} playing career in {y}
trained referees in {Q}"""),
    "sport": (8, 1868, 1990, 1890,
        "cricketer; rower; swimmer; cyclist; tennis player; fencer; skier@1880-; gymnast; "
        "wrestler; "
        "boxer; hurdler; racing driver@1880-; figure skater; ice hockey "
        "player@1880-; "
        "mountaineer; marathon runner@1875-; basketball player@1895-; sailor; archer; high jumper; "
        "speed skater; golfer; jockey; water polo player@1880-; field hockey player@1880-; "
        "baseball player; weightlifter",
        "physical education; law; medicine; engineering; agriculture",
        """winning the national title {n} times
a record that stood for {n} years
{his} late recovery in the final at {Q}
a calm temper under pressure
{his} duels with {mentor}""",
        """took up the sport at the age of {n}
trained in {Q} with {mentor}
studied {subj} in {Q}
won a junior title at {Q} in {y}""",
        """won the national championship in {y}
finished fourth at the championships in {Q} in {y}
competed in {Q} and {Q}
represented {his} country {n} times
set a national record in {y}
trained in {Q} for {n} years
was beaten in the final at {Q}
took a bronze medal at {Q} in {y}
turned professional in {y}
missed the games of {y} through injury
held the club record at {Q} until {y}
joined a club in {Q} in {y}
reached the last eight at {Q} in {y}""",
        """coached young athletes in {Q}
retired from competition in {y}
opened a sports shop in {Q}
wrote a column on the sport for a paper in {Q}
sat on the national committee until {y}"""),
    "build": (5, 1730, 1990, 1890,
        "architect; civil engineer; engineer; inventor; shipbuilder; instrument maker; "
        "railway engineer@1790-1930; clockmaker; town planner@1850-; landscape architect@1780-; "
        "mining engineer@1780-; electrical engineer@1850-; aircraft designer@1870-; "
        "industrial designer@1890-; bridge builder; mechanical engineer@1800-; master builder",
        "architecture; engineering; mechanics; drawing; mathematics",
        """the town hall at {Q}
{n} bridges over the same river
a pump for deep mines
the customs house in {Q}
the market hall in {Q}
a clock that needs winding once a year
schools built of brick and light""",
        """was apprenticed to the builder {mentor}
studied {subj} in {Q}
learned {subj} at a technical school in {Q}
drew plans for a firm in {Q}""",
        """designed {n} schools in {Q}
built the harbour wall at {Q} in {y}
took out {n} patents
worked for the harbour board in {Q} until {y}
rebuilt the theatre in {Q} after the fire of {y}
opened an office in {Q} with {mentor}
surveyed the road from {Q} to {Q}
laid out a park in {Q}
won the competition for a library in {Q} in {y}
ran an ironworks near {Q}
designed a lighthouse that still stands
drained {n} thousand acres of fen""",
        """taught {subj} in {Q}
was city architect of {Q} until {y}
received a medal for {his} bridges in {y}
saw {his} largest building pulled down in {y}"""),
    "trade": (5, 1730, 1990, 1850,
        "merchant; banker; manufacturer; philanthropist; brewer; hotelier@1800-; art dealer@1780-; "
        "bookseller; industrialist@1780-; chef@1800-; fashion designer@1870-; winemaker; gardener; "
        "entrepreneur@1850-; publisher; restaurateur@1850-; tea merchant; collector",
        "bookkeeping; languages; commerce; chemistry; economics",
        """a chain of {n} bakeries in {Q}
{his} collection of old maps
a garden of {tens} kinds of rose
good wages and clean workshops
the department store that {he} opened in {Q}""",
        """was apprenticed to {atrade} in {Q}
started by running errands in {Q}
learned {subj} at evening classes
inherited a small shop in {Q}""",
        """opened a shop in {Q} in {y}
traded in timber between {Q} and {Q}
built a factory in {Q} in {y}
employed {n} hundred people at {Q}
lost everything in the crash of {y}
bought a mill near {Q}
sent {his} goods to {Q} and {Q}
went into partnership with {mentor}
ran the family firm for {tens} years
introduced the potato dumpling to {Q}
paid for a hospital in {Q}
owned {n} ships""",
        """sold the business in {y}
gave {n} thousand books to the library in {Q}
left {his} fortune to a school in {Q}
was honoured by the chamber of commerce in {Q}"""),
    "school": (3, 1750, 1990, 1790,
        "teacher; schoolmaster@1750-1920; headteacher@1860-; school founder; folk dance "
        "teacher@1880-; "
        "textbook author; teacher of the deaf; kindergarten pioneer@1820-1920; translator; "
        "dance teacher; adult educator@1860-; drawing teacher",
        "mathematics; languages; natural history; teaching; music",
        """a spelling book used for {tens} years
lessons held in the open air
{his} school for girls in {Q}
a method of teaching {subj} by games""",
        """trained as a teacher in {Q}
studied {subj} in {Q}
taught {his} own brothers and sisters to read
answered an advertisement for a tutor in {Q}""",
        """taught {subj} in {Q} for {tens} years
opened a school in {Q} in {y}
wrote {n} textbooks of {subj}
visited schools in {Q} and {Q}
was tutor to the children of a banker in {Q}
lost {his} post in {y} for siding with the pupils
ran an evening school for weavers in {Q}
published the reader {title} in {y}
trained {n} hundred teachers""",
        """inspected schools around {Q} until {y}
has a street named after {him} in {Q}
received a medal for {his} work in {y}
went on giving private lessons in {Q}"""),
}

# --- Phrases anyone may have -------------------------------------------------------------------

CHILDHOOD = (
    "was educated at the grammar school in {Q}",
    "moved to {Q} as a child",
    "emigrated with {his} parents to {Q}",
    "left school at {teen}",
    "grew up in {Q}",
    "was raised by an aunt in {Q}",
    "spent {his} childhood in {Q}",
    "lost {his} father early",
    "was taught at home by {his} mother",
    "was apprenticed to {atrade} at {teen}",
    "went to school in {Q}",
    "was sent to an uncle in {Q} at the age of {n}",
    "worked for {atrade} before {he} could study",
    "came to {Q} at the age of {n}",
    "studied {subj} in {Q}",
    "attended the University of {U}",
    "was a pupil of {mentor}",
    "learned to read from old newspapers",
)

LATER = (
    "settled in {Q} in {y}",
    "married {spouse} in {y}",
    "moved to {Q} in {y}",
    "lived for {n} years in {Q}",
    "had {kids} children with {spouse}",
    "returned to {Q} in {y}",
    "married the {trade}'s {daughter} {spouse}",
    "travelled to {Q} in {y}",
    "spent the years from {y} to {y} in {Q}",
    "divided {his} time between {Q} and {Q}",
    "brought up {kids} children in {Q}",
    "made {his} home in {Q}",
    "survived a shipwreck in {y}",
    "learned {n} languages",
)

ENDED = (
    "died in {Q}",
    "died in {Q} in {dy}",
    "died at {his} home in {Q} in {dy}",
    "died in {dy}",
    "died of pneumonia in {dy}",
    "died in poverty in {Q}",
    "was buried in {Q}",
    "was survived by {his} {wife} and {kids} children",
    "spent {his} last years in {Q}",
    "left {his} papers to the library in {Q}",
    "died in {Q} after a long illness",
    "is remembered by a plaque in {Q}",
    "died on the way to {Q}",
    "was almost forgotten at the time of {his} death",
    "died suddenly in {Q} in {dy}",
    "never returned home",
)

LIVING = (
    "lives in {Q}",
    "now lives near {Q}",
    "lives in {Q} with {his} {wife} and {kids} children",
    "has lived in {Q} since {y}",
    "divides {his} time between {Q} and {Q}",
    "now teaches in {Q}",
    "retired to {Q} in {y}",
    "keeps bees and lives near {Q}",
    "now works in {Q}",
    "lives and works in {Q}",
    "still performs small repairs on old clocks",
    "lives with {spouse} in {Q}",
    "has {kids} children",
    "became a grandparent in {y}",
)

# --- Openings ----------------------------------------------------------------------------------
# The first letter says how what follows is joined: w " who ..", a " and ..", s "; he ..",
# ! directly (something must follow). {NB} name with birth (and death) in brackets, {N} the name,
# {S} surname, {Pin} place with its preposition, {P} place, {on} date with preposition,
# {occ} occupation, {aocc} with article and nationality, {is} is/was, {fam} family.

EARLY = (
    "w {NB} {is} {aocc}",
    "w {NB} {is} {aocc}",
    "w {NB} {is} {aocc}",
    "s {NB} {is} {aocc}, best known for {known}",
    "s {NB} {is} {aocc} remembered for {known}",
    "s {NB} {is} {aocc} whose reputation rests on {known}",
    "! {NB}",
    "! {NB}, {aocc},",
    "a {S} was born {Pin} {on}",
    "a {S} was born {on} {Pin}",
    "a {S} was born {Pin}",
    "a {S} was born {Pin} {fam}",
    "a {N} was born {Pin} {on}",
    "a {N} was born {fam} {Pin}",
    "a {N}, {occ}, was born {Pin} {on}",
    "s {N} was born {Pin} {on}, {sonof}",
    "a {He} was born {Pin} {on}",
    "a {He} was born {fam} {Pin}",
    "! Born {Pin}, {S}",
    "! Born {Pin}, {he}",
    "! Born {Pin} {on}, {S}",
    "! Born {on} {Pin}, {N}",
    "! Born {fam} {Pin}, {S}",
    "! Born {Pin}, {sonof}, {S}",
    "! Born {Pin}, {sonof}, {N}",
    "! A native of {P}, {S}",
    "! A native of {P}, {N}",
    "! Originally from {P}, {N}",
    "! Coming from a family of {trades} {Pin}, {S}",
    "w {N} {is} {aocc} born {Pin} {on}",
    "w {N} {is} {aocc} born {Pin}",
    "w {N} {is} {aocc} from {P}",
    "w {N}, a native of {P}, {is} {aocc}",
    "w {N}, born {Pin} {on}, {is} {aocc}",
    "w {N}, who was born {Pin}, {is} {aocc}",
    "a {N} {is} {aocc} who was born {Pin}",
    "s {N} {is} {aocc}, born {Pin} {on}",
    "s The {occ} {N} was born {Pin} {on}",
    "! The {occ} {N}, born {Pin} {on},",
    "! The {Pbare}-born {occ} {N}",
    "a The {ord} of {many} children of {atrade}, {S} was born {Pin}",
    "s The {ord} of {many} children, {S} was born {Pin} {on}",
    "a {Sonof}, {S} was born {Pin} {on}",
    "a {Sonof}, {N} was born {Pin}",
    "! {Sonof} from {P}, {S}",
    "s {N} came into the world {Pin} {on}, {sonof}",
    "s {P} was the birthplace of {N}, {aocc}",
    "s It was {Pin} that {N}, {aocc}, was born {on}",
    "a {N}, {sonof}, was born {Pin}",
    "! {Aocc} born {Pin}, {N}",
    "! {Aocc} from {P}, {S}",
    "s Of {N}, {occ}, it is known that {he} was born {Pin} {on}",
    "a Little is known of the early life of {N}, who was born {Pin}",
    "s The birth of {N} was recorded {Pin} {on}",
    "s {N} ({Pplain}, {bdate}) {is} {aocc}",
    "w {N} ({bdate}, {Pplain}) {is} {aocc}",
)

NOWHERE = (
    "! {S}",
    "! {He}",
    "! {N}",
    "w {NL} {is} {aocc}",
    "w {NL} {is} {aocc}",
    "w {N} {is} {aocc}",
    "s {NL} {is} {aocc}, best known for {known}",
    "! {NL}",
    "! {NL}, {aocc},",
    "! The {occ} {N}",
    "s {His} early life is unknown, but {he} {is} a respected {occ}",
    "! {Sonof}, {S}",
    "! {Sonof}, {N}",
)

LATE = (
    "; {he} was born {Pin} {on}",
    "; {he} was born {Pin}",
    "; {he} had been born {fam} {Pin}",
    ", although {he} had been born {Pin}",
    "; {his} birthplace was {P}",
    "; {he} came from {P}, where {he} was born {on}",
    "; the family was from {P}, where {S} was born",
    ", far from {P}, where {he} was born",
    "; the parish book gives {his} birthplace as {P}",
)

BRACKETS_LIVING = (
    "born {bdate} in {Pplain}",
    "born {bdate} in {Pplain}",
    "born {bdate}, {Pplain}",
    "b. {bdate}, {Pplain}",
    "b. {bdate} in {Pplain}",
    "born in {Pplain} {on}",
    "born in {Pplain}, {bdate}",
    "born: {bdate}, {Pplain}",
    "born {on} in {Pplain}",
    "b. {Pplain}, {byear}",
    "born in {byear} in {Pplain}",
    "{bdate}, {Pplain}",
)

BRACKETS_DEAD = (
    "{bdate}, {Pplain} – {ddate}, {Q}",
    "{bdate}, {Pplain} – {ddate}",
    "{bdate} in {Pplain} – {ddate} in {Q}",
    "{bdate}, {Pplain} - {ddate}, {Q}",
    "{bdate} {Pplain} – {ddate} {Q}",
    "born {bdate} in {Pplain}; died {ddate} in {Q}",
    "born {bdate}, {Pplain}; died {ddate}",
    "born {bdate} in {Pplain} – died {ddate}",
    "b. {Pplain}, {byear}; d. {Q}, {dy}",
    "b. {bdate}, {Pplain}; d. {dy}",
    "{Pplain}, {bdate} – {Q}, {ddate}",
    "{Pplain}, {byear} – {Q}, {dy}",
    "born in {Pplain} {on}; died in {Q}",
)

BRACKETS_BARE = ("born {bdate}", "b. {byear}", "{bdate}")

FAMILIES = (
    "to a family of {trades}",
    "into a family of {trades}",
    "to {atrade} and his wife",
    "into a large family",
    "to poor parents",
    "as the {ord} of {many} children",
    "as the {ord} {son} of {atrade}",
    "to a schoolteacher and {atrade}",
    "the {son} of {atrade}",
    "to {parent} and {his} {wife}",
)

VILLAGE = (
    "in", "in", "in", "in the north of", "in the south of", "in a village in", "in rural",
    "in the west of",
)

TRADESMEN = (
    "baker", "blacksmith", "bookbinder", "butcher", "cabinetmaker", "carpenter", "clockmaker",
    "cobbler", "cooper", "farmer", "ferryman", "fisherman", "gardener", "glazier", "goldsmith",
    "hatter", "innkeeper", "mason", "miller", "notary", "organ builder", "potter", "printer",
    "ropemaker", "saddler", "sailor", "schoolmaster", "shipwright", "shopkeeper",
    "stonecutter", "tailor", "tanner", "watchmaker", "weaver", "wheelwright", "wine grower",
)

TITLE_FIRST = (
    "Quiet", "Amber", "Broken", "Crooked", "Distant", "Eleventh", "Empty", "Forgotten",
    "Frozen", "Hidden", "Hollow", "Idle", "Last", "Lesser", "Long", "Narrow", "Northern",
    "Open", "Paper", "Patient", "Quarrelsome", "Salt", "Second", "Silver", "Sleeping", "Slow",
    "Tall", "Unwilling", "Velvet", "Wandering", "Yellow",
)

TITLE_SECOND = (
    "Almanac", "Apprentice", "Bell", "Bridge", "Calendar", "Candle", "Carousel", "Crossing",
    "Ferry", "Garden", "Guest", "Harvest", "Horseman", "Island", "Journal", "Kettle", "Ladder",
    "Lantern", "Letter", "Lighthouse", "Mirror", "Neighbour", "Orchard", "Quarry", "Rain",
    "Shore", "Staircase", "Table", "Umbrella", "Voyage", "Weaver", "Window", "Winter",
    "Xylophone", "Zither",
)
TITLE_FORMS = ("The {0} {1}", "A {0} {1}", "{0} {1}s", "The {1} & the {2}", "Under the {0} {1}",
               "Notes on a {0} {1}", "The {1} of {0} Street", "Where Is the {1}?", "{1} and {2}")

COUNT_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")
TENS_WORDS = ("ten", "twelve", "fifteen", "twenty", "thirty", "forty")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "youngest", "eldest")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)
# how a woman's surname ends, where that differs: the first ending that fits is exchanged
FEMININE_SURNAMES = {
    "russian": (("ov", "ova"), ("ev", "eva"), ("in", "ina"), ("yn", "yna"), ("ky", "kaya")),
    "czech": (("ý", "á"), ("ek", "ková"), ("ec", "cová"), ("a", "ová"), ("", "ová")),
    "polish": (("ski", "ska"), ("cki", "cka"), ("ny", "na")),
    "greek": (("is", "i"), ("as", "a"), ("os", "ou")),
}
FEMININE = {"tenor": "soprano", "actor": "actress", "film actor": "film actress",
            "television actor": "television actress", "draughtsman": "draughtswoman",
            "comedian": "comedienne", "monk": "nun", "abbot": "abbess"}
SPELLINGS = {"greek": "Greek", "russian": "Russian", "hebrew": "Hebrew", "arabic": "Arabic",
             "indian": "Hindi", "chinese": "Chinese", "japanese": "Japanese", "korean": "Korean"}
