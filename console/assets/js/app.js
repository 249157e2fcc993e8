document.documentElement.dataset.live = "";
