"""What happened and who is told: the audit trail, comments with mentions, notices, mails."""

from portfolio.activity.models.comment import Attachment, Comment, attachment_path
from portfolio.activity.models.mail import Mail, MailAttachment
from portfolio.activity.models.notice import Notice, NoticePreference
from portfolio.activity.models.trail import AuditEntry

__all__ = [
    "Attachment",
    "AuditEntry",
    "Comment",
    "Mail",
    "MailAttachment",
    "Notice",
    "NoticePreference",
    "attachment_path",
]
