"""The application as a server sees it: `uvicorn main:app`."""

from app.config import load_settings
from app.factory import create_app

app = create_app(load_settings())
