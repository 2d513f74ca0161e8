import { total } from "./total";

const place = document.getElementById("total");
if (place) place.textContent = String(total([100, 250]));
