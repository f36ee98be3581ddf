"""The WSGI application, for `broadsheet up` and for any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")

application = get_wsgi_application()
