"""The peak that ``overflow demo`` plays: everything real but the customers and the agents.

    play.py       the whole evening: stage, actors, display, check
    peak.py       who writes when, from a seed
    shop.py       the policy of the shop that is played
    stage.py      the processes: ``overflow run`` and a helpdesk
    desks.py      the helpdesk as its people use it
    helpdesks.py  how each helpdesk is started
    service.py    the service as its callers use it
    actors.py     who plays: each in a thread
    inhouse.py    the shop's own agents, who work in the helpdesk
    partner.py    the partners' agents, who work through the API
    incidents.py  what people do to single tickets, and the webhook that gets lost
    story.py      reads the journal, and tells each decision as it falls
    agreement.py  helpdesk and service side by side, ticket by ticket
    summary.py    what it came to

One second of it stands for a minute of a real shop.
"""
