import { Navigate, Route, Routes } from "react-router";
import { Layout } from "./components/Layout";
import { BuyPage } from "./pages/BuyPage";
import { HistoryPage } from "./pages/HistoryPage";
import { LoginPage } from "./pages/LoginPage";
import { NotFoundPage } from "./pages/NotFoundPage";
import { RegisterPage } from "./pages/RegisterPage";
import { VerificationPage } from "./pages/VerificationPage";
import { WalletPage } from "./pages/WalletPage";
import { Guarded, Welcome } from "./session/Guarded";

export function App() {
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route index element={<Navigate to="/wallet" replace />} />
        <Route element={<Welcome />}>
          <Route path="login" element={<LoginPage />} />
          <Route path="register" element={<RegisterPage />} />
        </Route>
        <Route element={<Guarded />}>
          <Route path="wallet" element={<WalletPage />} />
          <Route path="buy" element={<BuyPage />} />
          <Route path="verifications/:id" element={<VerificationPage />} />
          <Route path="history" element={<HistoryPage />} />
        </Route>
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
