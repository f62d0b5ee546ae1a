"""The words of the sample corpus: nouns, adjectives, verbs and ready phrases, each in both languages.

A noun's first tag is its kind (which adjectives fit it), the others name what can be done with it (which verbs fit it).
"""

from data_prep.sample.entries import Modal, Phrase, Verb, read_adjectives, read_nouns, read_phrases, read_verbs

NOUNS = (
    *read_nouns(
        "person relative",
        """el hermano = brother; la hermana = sister; el padre = father; la madre = mother; el hijo = son;
        la hija = daughter; el abuelo = grandfather; la abuela = grandmother; el tío = uncle; la tía = aunt;
        el jefe = boss""",
    ),
    *read_nouns("person relative several", "el amigo = friend; el vecino = neighbor; el primo = cousin"),
    *read_nouns(
        "person job several",
        """el médico = doctor; la enfermera = nurse; la profesora = teacher; el abogado = lawyer;
        el camarero = waiter;
        el cocinero = cook; la ingeniera = engineer; el pintor = painter; el actor = actor; la actriz = actress""",
    ),
    *read_nouns(
        "person folk several",
        "el niño = boy; la niña = girl; el hombre = man; la mujer = woman; el estudiante = student",
    ),
    *read_nouns("animal pet", "el perro = dog; el gato = cat; el caballo = horse; el pájaro = bird"),
    *read_nouns(
        "food mass edible buyable cookable",
        "el arroz = rice; la carne = meat; el pescado = fish; la pasta = pasta; la sopa = soup",
    ),
    *read_nouns(
        "food mass edible buyable", "el pan = bread; el queso = cheese; la fruta = fruit; el chocolate = chocolate"
    ),
    *read_nouns(
        "food edible buyable",
        """la manzana = apple; la naranja = orange; el tomate = tomato;
    la galleta = cookie""",
    ),
    *read_nouns("food edible buyable cookable", "el huevo = egg; la patata = potato"),
    *read_nouns("dish edible makeable", "el pastel = cake; la ensalada = salad; el bocadillo = sandwich"),
    *read_nouns(
        "drink mass drinkable",
        "la agua = water; el café = coffee; el té = tea; la leche = milk; el vino = wine; el zumo = juice",
    ),
    *read_nouns("text readable writable givable portable", "el libro = book; la carta = letter"),
    *read_nouns("text readable givable portable buyable", "el periódico = newspaper; la revista = magazine"),
    *read_nouns("text readable writable", "la novela = novel; el poema = poem; el informe = report"),
    *read_nouns("thing buyable portable givable repairable", "el reloj = watch; la lámpara = lamp"),
    *read_nouns("thing buyable portable givable repairable usable lost", "el teléfono = phone; la cámara = camera"),
    *read_nouns("thing buyable repairable usable", "el ordenador = computer; la bicicleta = bicycle"),
    *read_nouns("thing buyable repairable washable sellable", "el coche = car"),
    *read_nouns("thing buyable paintable", "la mesa = table; la silla = chair"),
    *read_nouns("thing portable openable", "la caja = box"),
    *read_nouns("thing sellable paintable room place", "la casa = house"),
    *read_nouns(
        "thing room place", "la cocina = kitchen; la habitación = room; el baño = bathroom; la oficina = office"
    ),
    *read_nouns("thing place", "la tienda = store; el restaurante = restaurant; el hotel = hotel; el museo = museum"),
    *read_nouns("thing paintable openable", "la puerta = door; la ventana = window"),
    *read_nouns("thing fragile washable portable", "el vaso = glass; el plato = plate; la taza = cup"),
    *read_nouns(
        "thing buyable wearable washable givable", "la camisa = shirt; el uniforme = uniform; la bufanda = scarf"
    ),
    *read_nouns("thing buyable wearable givable", "el sombrero = hat; el abrigo = coat; la chaqueta = jacket"),
    *read_nouns(
        "thing lost portable", "la llave = key; la cartera = wallet; el paraguas = umbrella; el pasaporte = passport"
    ),
    *read_nouns("thing lost portable buyable openable", "la maleta = suitcase; el bolso = bag"),
    *read_nouns("thing givable portable", "el regalo = gift; la flor = flower; la foto = photo"),
    *read_nouns("show", "la película = movie; el partido = game; el programa = program"),
    *read_nouns("subject mass", "la historia = history; la música = music; la medicina = medicine; el arte = art"),
    *read_nouns("language mass", "el español = Spanish; el inglés = English; el francés = French; el alemán = German"),
    *read_nouns("instrument", "la guitarra = guitar; el piano = piano; el violín = violin"),
    *read_nouns("body", "la cabeza = head; la mano = hand; la pierna = leg; la espalda = back; el ojo = eye"),
    *read_nouns("city", "la ciudad = city; el pueblo = town; el país = country; la isla = island"),
)
STRESSED_A = ("agua",)  # feminine nouns that take el in the singular: el agua fría

ADJECTIVES = (
    *read_adjectives(
        "thing",
        """nuevo = new; viejo = old; grande = big; pequeño = small; caro = expensive; barato = cheap; bonito = pretty;
        blanco = white; negro = black; rojo = red; verde = green; azul = blue; amarillo = yellow""",
    ),
    *read_adjectives(
        "person",
        """alto = tall; joven = young; simpático = friendly; inteligente = intelligent; amable = kind;
        fuerte = strong;
        rico = rich; famoso = famous; serio = serious; tímido = shy; trabajador = hardworking""",
    ),
    *read_adjectives("drink", "caliente = hot; frío = cold"),
    *read_adjectives("food", "fresco = fresh"),
    *read_adjectives("food dish", "delicioso = delicious"),
    *read_adjectives("dish", "grande = big; pequeño = small"),
    *read_adjectives("text", "nuevo = new; viejo = old"),
    *read_adjectives("show text", "interesante = interesting; aburrido = boring; largo = long; corto = short"),
    *read_adjectives("animal", "grande = big; pequeño = small; blanco = white; negro = black; rápido = fast"),
    *read_adjectives("city", "grande = big; pequeño = small; antiguo = ancient; tranquilo = quiet; bonito = pretty"),
    *read_adjectives("show person animal city", "bueno = good", before=True),
)
COLORS = ("white", "black", "red", "green", "blue", "yellow")
MOODS = read_adjectives(
    "person",
    """cansado = tired; contento = happy; triste = sad; enfermo = sick; ocupado = busy; enfadado = angry;
    nervioso = nervous; preocupado = worried; tranquilo = calm; aburrido = bored""",
)
STATES = (
    *read_adjectives("room washable", "limpio = clean; sucio = dirty"),
    *read_adjectives("repairable fragile", "roto = broken"),
    *read_adjectives("openable", "abierto = open; cerrado = closed"),
)

SER, ESTAR = Verb("ser", "be", aspect="state"), Verb("estar", "be", aspect="state")
TENER, HACER = Verb("tener", "be", aspect="state"), Verb("hacer", "be", aspect="state")  # tener hambre, hacer frío
COSTAR, DOLER = Verb("costar", "cost", aspect="state"), Verb("doler", "hurt", aspect="state")
FONDNESS = Verb("gustar", "like", aspect="state"), Verb("encantar", "love", aspect="state")
TRANSITIVE = (
    *read_verbs(
        "activity",
        """hacer makeable = make; ver show = watch; comer edible = eat; beber drinkable = drink;
        comprar buyable = buy; leer readable = read;
        escribir writable = write; cocinar cookable = cook; estudiar subject = study; hablar language = speak;
        aprender language = learn; visitar relative = visit; ayudar relative = help; llamar relative = call""",
        generic=True,
    ),
    *read_verbs(
        "activity",
        """abrir openable = open; cerrar openable = close; limpiar room = clean; lavar washable = wash;
        usar usable = use; tocar instrument = play; buscar lost = look for;
        esperar relative = wait for; pintar paintable = paint; reparar repairable = repair""",
    ),
    Verb("llevar", "wear", "wearable", "motion"),
    *read_verbs(
        "event",
        """vender sellable = sell; encontrar lost = find; perder lost = lose; olvidar lost = forget;
        romper fragile = break; traer givable = bring; terminar writable = finish""",
    ),
)
WANTING = read_verbs("state", "tener portable = have; querer buyable = want; necesitar usable = need")
VIVIR = Verb("vivir", "live", "town", "motion")
INTRANSITIVE = (
    VIVIR,
    *read_verbs(
        "activity",
        """trabajar work = work; estudiar study = study; dormir bed = sleep; correr outside = run;
        caminar outside = walk; nadar water = swim; bailar outside = dance; cantar home = sing; descansar home = rest;
        jugar outside = play; esperar outside = wait; cocinar home = cook""",
    ),
)
MOTION = read_verbs("motion", "ir goal = go; viajar far = travel; volver goal = return; salir source = leave")
ROUTINE = read_verbs(
    "motion",
    "levantarse = get up; acostarse = go to bed; despertarse = wake up; ducharse = take a shower; llegar = arrive",
)
GIVING = read_verbs(
    "event",
    """dar givable = give; mandar givable = send; traer givable = bring; prestar portable = lend;
    enseñar portable = show""",
)
PUTTING = read_verbs("event", "poner portable = put; dejar portable = leave; ver portable = see")
MODALS = tuple(
    Modal(entry.es, entry.en)
    for entry in read_phrases(
        """querer = want to; tener que = have to; necesitar = need to; ir a = be going to; poder = can;
        deber = should; preferir = prefer to"""
    )
)
PLACES = {
    "work": read_phrases(
        """en la oficina = at the office; en el hospital = at the hospital; en un banco = at a bank;
        en el mercado = at the market; en una tienda = at a store; en casa = at home"""
    ),
    "study": read_phrases(
        """en la escuela = at school; en la biblioteca = at the library; en casa = at home;
        en la cocina = in the kitchen"""
    ),
    "bed": read_phrases(
        "en el tren = on the train; en el sofá = on the couch; en casa = at home; en un hotel = at a hotel"
    ),
    "outside": read_phrases(
        """en el parque = in the park; en la playa = on the beach; en la calle = in the street;
        en el jardín = in the garden; en la plaza = in the square"""
    ),
    "water": read_phrases("en el mar = in the sea; en el río = in the river; en la piscina = in the pool"),
    "home": read_phrases("en casa = at home; en la cocina = in the kitchen; en el jardín = in the garden"),
    "town": read_phrases(
        """en Madrid = in Madrid; en México = in Mexico; en el centro = downtown; en el campo = in the country;
        en una casa grande = in a big house; cerca de la playa = near the beach; lejos de aquí = far from here"""
    ),
    "goal": read_phrases(
        """a casa = home; a el parque = to the park; a la escuela = to school; a la oficina = to the office;
        a el mercado = to the market; a la playa = to the beach; a el hotel = to the hotel;
        a la estación = to the station"""
    ),
    "far": read_phrases(
        """a Madrid = to Madrid; a México = to Mexico; a España = to Spain; a Francia = to France;
        a la costa = to the coast;
        en tren = by train; en avión = by plane; con mi familia = with my family"""
    ),
    "source": read_phrases(
        "de casa = home; de la oficina = the office; de el hotel = the hotel; de la escuela = the school"
    ),
    "kitchen": read_phrases("en la mesa = on the table; en la cocina = in the kitchen; en la caja = in the box"),
    "market": read_phrases("en el mercado = at the market; en una tienda = at a store; en el centro = downtown"),
    "origin": read_phrases(
        "de España = from Spain; de México = from Mexico; de Francia = from France; de aquí = from here"
    ),
    "surface": read_phrases(
        """en la mesa = on the table; en la cama = on the bed; debajo de la silla = under the chair;
        a el lado de la ventana = next to the window; detrás de la puerta = behind the door; en el coche = in the car;
        en el suelo = on the floor; delante de la casa = in front of the house; cerca de la puerta = near the door"""
    ),
}
TIMES = {
    "habit": read_phrases(
        """todos los días = every day; los lunes = on Mondays; los domingos = on Sundays; cada mañana = every morning;
        por la noche = at night; por la tarde = in the afternoon; los fines de semana = on weekends"""
    ),
    "past": read_phrases(
        """ayer = yesterday; anoche = last night; la semana pasada = last week; el lunes pasado = last Monday;
        hace dos días = two days ago; hace una semana = a week ago; el mes pasado = last month"""
    ),
    "future": read_phrases(
        """mañana = tomorrow; la semana que viene = next week; el próximo verano = next summer; esta noche = tonight;
        pronto = soon; el sábado = on Saturday; el año que viene = next year"""
    ),
    "now": read_phrases("ahora = now; ahora mismo = right now; en este momento = at the moment"),
    "recent": read_phrases("hoy = today; esta semana = this week; este mes = this month; este año = this year"),
    "hour": read_phrases("temprano = early; tarde = late"),
    "once": read_phrases("""cada verano = every summer; en aquella época = at that time;
    hace muchos años = many years ago"""),
    "then": read_phrases("""a las ocho = at eight; ayer por la tarde = yesterday afternoon;
    en ese momento = at that moment"""),
}
CLOCK = tuple(
    Phrase(f"a {article} {es}{quarter.es}", f"at {quarter.en}{en}")
    for article, es, en in (
        ("la", "una", "one"),
        *(("las", entry.es, entry.en) for entry in read_phrases("seis = six; siete = seven; ocho = eight; diez = ten")),
    )
    for quarter in (Phrase(), Phrase(" y media", "half past "), Phrase(" y cuarto", "a quarter past "))
)
TENS = read_phrases("veinte = twenty; treinta = thirty; cuarenta = forty; cincuenta = fifty; sesenta = sixty")
NUMBERS = read_phrases(
    """dos = two; tres = three; cuatro = four; cinco = five; seis = six; siete = seven; ocho = eight; nueve = nine;
    diez = ten; doce = twelve; quince = fifteen; veinte = twenty; treinta = thirty; cuarenta = forty;
    cincuenta = fifty"""
)
OFTEN = read_phrases("siempre = always; nunca = never; a veces = sometimes; a menudo = often; casi nunca = hardly ever")
NAMES = (("Ana", True), ("Pedro", False), ("Carmen", True), ("Pablo", False), ("Laura", True), ("Diego", False))
AGES = tuple(
    Phrase(f"{ten.es} y {unit.es} años", f"{ten.en}-{unit.en} years old") for ten in TENS[1:] for unit in NUMBERS[:8]
) + tuple(Phrase(f"{ten.es} años", f"{ten.en} years old") for ten in TENS)
PURPOSES = (  # a goal as in PLACES, and what one goes there to do
    ("a el mercado", "comprar"),
    ("a la playa", "nadar"),
    ("a la playa", "descansar"),
    ("a el parque", "correr"),
    ("a el parque", "jugar"),
    ("a la escuela", "estudiar"),
    ("a la escuela", "aprender"),
    ("a la oficina", "trabajar"),
    ("a la estación", "esperar"),
    ("a casa", "dormir"),
    ("a casa", "descansar"),
    ("a casa", "hacer"),
    ("a casa", "cocinar"),
)
FEELINGS = read_phrases(
    """hambre = hungry; sed = thirsty; sueño = sleepy; frío = cold; calor = hot; miedo = afraid; prisa = in a hurry;
    razón = right"""
)
WEATHER = read_phrases("frío = cold; calor = hot; sol = sunny; viento = windy")
RAIN = Verb("llover", "rain"), Verb("nevar", "snow")
BECAUSE, WHEN, WHILE, IF, AND, BUT = read_phrases(
    "porque = because; cuando = when; mientras = while; si = if; y = and; , pero = , but"
)
