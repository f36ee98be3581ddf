"""The tables of the library, by family: papers, what comes in, the rankings, accounts, and what accounts do."""

from broadsheet.library.models.accounts import Account, CacheRow, Invitation, KeptAnswer, Session, Token
from broadsheet.library.models.community import (
    Claim,
    Comment,
    CommentVersion,
    DiscussionLock,
    Notification,
    Submission,
    Upvote,
)
from broadsheet.library.models.delivery import Delivery, Edition, FrozenPaper, Subscriber, Subscription, Suppression
from broadsheet.library.models.moderation import Decision, Flag
from broadsheet.library.models.papers import Alias, Change, Follower, Merge, Moment, Paper, Record, Separation
from broadsheet.library.models.personal import Credit, Taste, Unheeded
from broadsheet.library.models.ranking import Gain, Heat, PastList, RankingChange, RingMember
from broadsheet.library.models.reading import Collection, CollectionMember, CollectionPaper, Follow, Reading
from broadsheet.library.models.sending import Bounce, Hook, SendingPause
from broadsheet.library.models.sources import (
    AnnouncedDay,
    Announcement,
    Repository,
    RepositoryLink,
    RepositoryStars,
    Source,
)

__all__ = [
    "Account", "Alias", "AnnouncedDay", "Announcement", "Bounce", "CacheRow", "Change", "Claim", "Collection",
    "CollectionMember", "CollectionPaper", "Comment", "CommentVersion", "Credit", "Decision", "Delivery",
    "DiscussionLock", "Edition", "Flag", "Follow", "Follower", "FrozenPaper", "Gain", "Heat", "Hook", "Invitation",
    "KeptAnswer", "Merge", "Moment", "Notification", "Paper", "PastList", "RankingChange", "Reading", "Record",
    "Repository", "RepositoryLink", "RepositoryStars", "RingMember", "SendingPause", "Separation", "Session",
    "Source", "Submission", "Subscriber", "Subscription", "Suppression", "Taste", "Token", "Unheeded", "Upvote",
]  # fmt: skip
