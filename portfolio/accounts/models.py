"""People, business units, the roles they hold, and the tokens that tooling uses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from portfolio.accounts.choices import ROLE_CHOICES
from portfolio.kit.scope import ScopedQuerySet


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)  # None makes it unusable until a reset
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. Rights come from RoleAssignment rows alone: there is no superuser flag."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    demo = models.BooleanField(default=False, db_default=False)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ci")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.email]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


class UnitQuerySet(ScopedQuerySet["BusinessUnit"]):
    unit_path_lookup = "path"
    demo_lookup = None  # an empty demo tree does no harm, and pickers need real units before the first real initiative


class BusinessUnit(models.Model):
    """A node of the organisation's tree. `path` is `/1/7/`: the ids from the root down, so a subtree is one prefix."""

    name = models.CharField(_("name"), max_length=255)
    code = models.CharField(_("code"), max_length=50, blank=True, default="", db_default="")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=255, unique=True, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    demo = models.BooleanField(default=False, db_default=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ("path",)
        constraints = [
            models.UniqueConstraint(
                "parent",
                Lower("name"),
                name="unit_name_in_parent",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.name


class RoleAssignment(models.Model):
    """`user` holds `role` for `unit` and everything below; without a unit, for the whole organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(_("role"), max_length=30, choices=ROLE_CHOICES)
    unit = models.ForeignKey(
        BusinessUnit,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
    )

    class Meta:
        constraints = [models.UniqueConstraint("user", "role", "unit", name="role_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.unit or _('whole organisation')})"


class ApiToken(AbstractAuthToken):
    """A token for tooling: only its digest is kept, it always expires, and it is bound to a unit and scopes."""

    name = models.CharField(_("name"), max_length=100)
    unit = models.ForeignKey(
        BusinessUnit,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
    )
    scopes = models.JSONField(_("scopes"), default=list)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created",)
        constraints = [
            models.CheckConstraint(condition=models.Q(expiry__isnull=False), name="token_always_expires"),
        ]

    def __str__(self) -> str:
        return self.name
