"""What the language model may say: conversation, and no fact of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.guard import Pass, Reason, Withhold, review

KNOWN = frozenset({"lakeside", "bikes", "tandem"})

# What the model said, and what the caller had said before.
FACTS = [
    # figures
    ("Great, it costs 25 dollars!", "How much is a lock?"),
    ("A tune-up is eighty nine dollars.", "How much is a tune-up?"),
    ("Sure, about half of that.", "Is it expensive?"),
    ("Good news, two for the price of a single!", "Do you have offers?"),
    ("Well, roughly a dozen.", "How many tandems do you have?"),
    ("Well just one.", "How many tandems do you have?"),
    ("Oh, plenty.", "How many bikes do you have?"),
    ("Great, around ten-ish!", "When do you open?"),
    # hours and days
    ("We are open until nine tonight.", "How late are you open?"),
    ("Sorry, closed today.", "Are you open?"),
    ("Okay, any weekday works.", "When can I come?"),
    ("Great, mornings are best.", "When can I come?"),
    ("Sure, come by after lunch.", "When can I come?"),
    ("Please come by any evening.", "When can I come?"),
    ("Great, see you then!", "I will come on Friday."),
    ("Sorry, not before spring.", "When is it ready?"),
    ("Welcome, always open!", "Hello?"),
    ("I understand, later is better.", "Is now a good time?"),
    # places
    ("Sure, the shop is on Main Street.", "Where are you?"),
    ("Hello, parking is behind the building.", "Where can I park?"),
    ("Oh, right across from the station.", "Where are you?"),
    ("Please use the side entrance.", "How do I get in?"),
    ("Well, turn left at the lights.", "How do I get there?"),
    ("That's in Chicago.", "Where is that?"),
    ("Great, just around the corner!", "Are you far away?"),
    ("Oh, right here.", "Where are the helmets?"),
    # what there is, and what is allowed
    ("Great, everything is included.", "What about the helmet?"),
    ("Yes, dogs are welcome.", "Can I bring my dog?"),
    ("Great, dogs are welcome!", "I have a dog."),
    ("Sorry, no dogs.", "Can I bring my dog?"),
    ("Sorry, no.", "Do you repair scooters?"),
    ("No.", "Do you sell elephants?"),
    ("Yes!", "Do you sell elephants?"),
    ("I think so.", "Do you sell elephants?"),
    ("I don't think so.", "Do you sell elephants?"),
    ("That's right.", "So you rent cars?"),
    ("That is correct!", "You rent cars, is that so?"),
    ("You bet!", "Do you rent cars?"),
    ("Not really.", "Is the lake far?"),
    ("Sorry, rentals are not possible.", "Can I rent a bike?"),
    ("Sorry, that is not possible.", "Can I rent a bike?"),
    ("Good choice, tandems are popular.", "Tell me about tandems."),
    ("Enjoy the complimentary coffee!", "What is there to drink?"),
    ("Okay, every bicycle comes with a lock.", "What about a lock?"),
    ("Well, insurance covers theft.", "What if it is stolen?"),
    ("Nice, the trail is flat and easy.", "I want to ride the trail."),
    ("That bike has disc brakes.", "Tell me about that bike."),
    ("Thanks, the manager agreed.", "Did the manager agree?"),
    ("Oh, Shimano, of course.", "Which gears does it have?"),
    ("Sounds like a loose chain.", "My bike makes a noise."),
    ("Sorry, the battery must be dead.", "My e-bike does not start."),
    ("You should replace the tire.", "My tire is flat."),
    ("Lakeside Bikes has a loyalty card.", "Any other news?"),
    # promises and deeds
    ("I have booked that for you.", "I want to book a repair."),
    ("I'll call you back.", "Can someone call me?"),
    ("No problem!", "I want to bring my dog in."),
    ("Okay!", "Please cancel my order."),
    ("Perfect!", "Please put me down for Friday at nine."),
    ("Alright, done.", "Cancel my order."),
    ("Consider it done.", "Please reserve the tandem."),
    ("Sure, no problem!", "I would like a refund."),
    ("That's fine.", "I will bring it back next week."),
    ("Okay, connecting you to Maria.", "Can I talk to the owner?"),
    ("Thank you, your order is confirmed.", "I want to order a bike."),
    ("Sure thing, noted!", "My number is on the form."),
    ("My name is Sandra.", "What is your name?"),
    ("I am a mechanic.", "Who are you?"),
    # facts dressed as questions
    ("Did you know that helmets come included?", "Tell me something."),
    ("Parking is behind the building, isn't it?", "Where can I park?"),
    ("Isn't the lake trail flat?", "I want to ride."),
    ("Would you like the blue model from Trek?", "I want a bike."),
    ("Tandems come with helmets, you know?", "Tell me about tandems."),
    ("Shall I transfer you to Maria?", "I have a problem."),
    ("Great, the red one or the free one?", "I want a bike."),
    # the business, others, the world
    ("Our staff speaks Spanish.", "Do you speak Spanish?"),
    ("They offer skiing, too.", "What does the lodge offer?"),
    ("Paris is the capital of France.", "What is the capital of France?"),
    ("It will rain.", "What will the weather be?"),
    ("Hello, the sun shines!", "How is the weather?"),
    ("There is a bus.", "How do I get there?"),
    # another language than the guard's
    ("Gut, der Laden ist offen.", "Haben Sie offen?"),
    ("Wussten Sie, dass wir offen haben?", "Hallo."),
]

HARMLESS = [
    ("Hello!", "Hello."),
    ("Hello, how can I help you today?", "Hi there."),
    ("Hi, how are you?", "Hello."),
    ("I'm doing well, thank you for asking!", "How are you?"),
    ("I am fine, thanks.", "How are you doing?"),
    ("You're welcome!", "Thank you very much."),
    ("You are very welcome.", "Thanks."),
    ("No problem!", "Thank you."),
    ("No worries, take your time.", "Sorry, I have to think."),
    ("My pleasure.", "Thanks a lot."),
    ("I'm sorry to hear that.", "My bike was stolen."),
    ("Oh no, I'm so sorry to hear about your bike.", "My bike was stolen."),
    ("I am glad to hear that.", "I had a lovely day."),
    ("That sounds like fun!", "I am going on a trip with my kids."),
    ("That sounds wonderful!", "It is my birthday."),
    ("Happy birthday!", "It is my birthday."),
    ("Congratulations!", "I just got married."),
    ("Is there anything else I can help you with?", "Okay, thanks."),
    ("Anything else?", "Okay, thanks."),
    ("What would you like to know?", "I have a question."),
    ("Sure, what would you like to know?", "I have a question."),
    ("Of course, how can I help?", "Can you help me?"),
    ("What can I do for you?", "Hello."),
    ("Could you tell me more about that?", "It makes a noise."),
    ("What kind of noise is it?", "It makes a noise."),
    ("Which bike do you mean?", "I want the bike."),
    ("I don't know, I'm afraid.", "What is the meaning of life?"),
    ("I'm afraid I don't know that.", "Who won the game?"),
    ("Sorry, I do not know.", "How old are you?"),
    ("I'm sorry, I am not sure about that.", "Is it going to rain?"),
    ("Have a great day!", "I am off now."),
    ("Enjoy your ride!", "I am going for a ride."),
    ("Take care!", "See you."),
    ("That's a good question.", "What is love?"),
    ("I understand, that must be frustrating.", "It broke again."),
    ("Great, thank you!", "I like your shop."),
    ("Thank you for calling!", "I just wanted to say hello."),
    ("Ha, that's funny!", "I fell into the lake."),
    ("Please tell me more.", "I have a problem."),
    ("Just let me know if you have any questions.", "I am thinking about it."),
    ("Feel free to ask me anything.", "Okay."),
    ("I'm here to help.", "Are you there?"),
    ("I hope you have a wonderful day!", "I am off now."),
]


@pytest.mark.parametrize(("sentence", "heard"), FACTS)
def test_a_fact_of_the_models_own_is_withheld(sentence: str, heard: str) -> None:
    assert isinstance(review(sentence, heard, KNOWN), Withhold)


@pytest.mark.parametrize(("sentence", "heard"), HARMLESS)
def test_small_talk_passes(sentence: str, heard: str) -> None:
    assert review(sentence, heard, KNOWN) == Pass()


@pytest.mark.parametrize(("sentence", "heard"), FACTS)
@pytest.mark.parametrize("opening", ["Great, ", "Oh, ", "I'm glad you asked, ", "Well "])
def test_small_talk_before_a_fact_does_not_carry_it_through(
    opening: str, sentence: str, heard: str
) -> None:
    assert isinstance(review(opening + sentence, heard, KNOWN), Withhold)


def test_the_table_is_worth_its_name() -> None:
    assert len(FACTS) >= 60
    assert len(HARMLESS) >= 30


def test_typographic_apostrophes_are_read_as_plain_ones() -> None:
    assert review("I’m glad to hear that.", "It works.") == Pass()  # noqa: RUF001
    assert isinstance(review("It’s on the left.", "Where is it?"), Withhold)  # noqa: RUF001


@pytest.mark.parametrize(
    ("sentence", "heard", "reason"),
    [
        ("It costs 5.", "", Reason.FIGURE),
        ("Great, the price is good.", "", Reason.FACT_WORD),
        ("Hello, we like that.", "", Reason.BUSINESS_CLAIM),
        ("Sure, I'll do that.", "", Reason.PROMISE),
        ("Yes!", "Is it true?", Reason.AFFIRMATION),
        ("Thanks, that is Sandra.", "", Reason.NAME),
        ("The lake looks lovely.", "", Reason.STATEMENT),
        ("Great elephants!", "", Reason.NO_SMALL_TALK),
    ],
)
def test_what_is_withheld_says_why(sentence: str, heard: str, reason: Reason) -> None:
    assert review(sentence, heard) == Withhold(reason)


def test_a_name_the_caller_used_may_be_used() -> None:
    assert review("What do you mean by Brompton?", "What about my Brompton?") == Pass()
    assert review("What do you mean by Brompton?", "What about my bike?") == Withhold(Reason.NAME)


@given(
    st.sampled_from(HARMLESS),
    st.sampled_from(["5", "twenty dollars", "we open", "Monday", "elephants", "they", "free"]),
)
def test_one_word_of_fact_spoils_any_small_talk(harmless: tuple[str, str], fact: str) -> None:
    sentence, heard = harmless
    assert isinstance(review(f"{sentence[:-1]} {fact}{sentence[-1]}", heard), Withhold)


@given(st.text(), st.text())
def test_any_text_is_judged(sentence: str, heard: str) -> None:
    assert isinstance(review(sentence, heard), Pass | Withhold)


@given(st.text("bcdfghjklmnpqrstvwxyz", min_size=4, max_size=12))
def test_a_word_nobody_foresaw_does_not_pass_in_a_statement(word: str) -> None:
    assert isinstance(review(f"Great, lovely {word}.", "What is there?"), Withhold)
